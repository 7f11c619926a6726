// Adds search, filters, sorting and a theme switch to pages that are complete without them. Asks for nothing elsewhere.
(function () {
  "use strict";
  var root = document.documentElement;
  var themes = ["auto", "light", "dark"];

  var DASHES = /[\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u2212\u2796\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\ufe58\ufe63\uff0d\u{10ead}]/gu;

  // A text as it compares everywhere in mtrack: compatible forms and dashes alike, without what shows nothing, case aside.
  function seen(text) {
    if (/^[ -~]*$/.test(text)) { return text.toLowerCase(); }
    return text.normalize("NFKC").replace(DASHES, "-").replace(/\p{Default_Ignorable_Code_Point}|\p{Cf}/gu, "").toLowerCase();
  }

  function each(list, work) { Array.prototype.forEach.call(list, work); }

  // The theme

  function stored() {
    try { return localStorage.getItem("mtrack-theme"); } catch (error) { return null; }
  }

  function apply(theme) {
    if (theme === "light" || theme === "dark") { root.dataset.theme = theme; } else { delete root.dataset.theme; }
  }

  apply(stored());

  function switcher(button) {
    var theme = themes.indexOf(stored()) > 0 ? stored() : "auto";
    function show() { button.textContent = "Theme: " + theme; }
    button.hidden = false;
    show();
    button.addEventListener("click", function () {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      try { localStorage.setItem("mtrack-theme", theme); } catch (error) { /* it lasts as long as the page */ }
      apply(theme);
      show();
    });
  }

  // What the address asks for: a part of a single file, and what a list is filtered by. "#p-invoices&state=overdue"

  function asked() {
    var text = location.hash.slice(1);
    var part = "";
    if (/^p-/.test(text)) {
      part = text.split("&")[0];
      text = text.slice(part.length + 1);
    }
    return { part: part, query: new URLSearchParams(text.indexOf("=") > 0 ? text : "") };
  }

  // Sorting by meaning: weights, amounts within their currency, days, else words. What a cell without any of it says
  // (a dash, "closed", a name in a column of days) comes last both ways.

  function key(cell, days) {
    var first = cell && cell.firstElementChild;
    var nothing = !cell || !cell.textContent.trim() || (first && first.matches(".z, .dim"));
    var data = nothing ? null : cell.querySelector("data");
    var time = nothing || !days ? null : cell.querySelector("time");
    var weight = nothing || cell.dataset.sort === undefined ? null : Number(cell.dataset.sort);
    var text = nothing || data || days || weight !== null || cell.classList.contains("n") ? null : cell.textContent.trim();
    return {
      weight: weight,
      currency: data ? data.dataset.currency || "" : null,
      amount: data ? exact(data.value) : null,
      text: time && weight === null ? time.dateTime : text === null ? null : text.toLocaleLowerCase()
    };
  }

  function compare(a, b, way) {
    for (var name in a) {
      if (a[name] === b[name]) { continue; }
      if (a[name] === null || b[name] === null) { return a[name] === null ? 1 : -1; }
      if (name === "text") { return way * a.text.localeCompare(b.text, undefined, { numeric: true }); }
      return (name === "currency" ? 1 : way) * (a[name] < b[name] ? -1 : 1);
    }
    return 0;
  }

  function sortable(table) {
    var body = table.tBodies[0];
    var rows = Array.prototype.slice.call(body.rows);
    var columns = table.tHead.rows[0].cells.length;
    each(table.tHead.rows[0].cells, function (head, index) {
      if (head.hasAttribute("data-nosort")) { return; }
      var button = document.createElement("button");
      button.type = "button";
      function dress() {
        while (head.firstChild) { button.appendChild(head.firstChild); }
        head.appendChild(button);
      }
      dress();
      // A head with a button in it is not repeated on paper.
      window.addEventListener("beforeprint", function () { button.replaceWith.apply(button, button.childNodes); });
      window.addEventListener("afterprint", dress);
      button.addEventListener("click", function () {
        var was = head.getAttribute("aria-sort");
        var largest = head.classList.contains("n") || rows.some(function (row) { return row.cells[index] && row.cells[index].dataset.sort; });
        var first = largest ? "descending" : "ascending";
        var next = was === null ? first : was === first ? (largest ? "ascending" : "descending") : null;
        each(table.querySelectorAll("[aria-sort]"), function (other) { other.removeAttribute("aria-sort"); });
        var sorted = rows;
        if (next) {
          head.setAttribute("aria-sort", next);
          // A line about a place in the first order, such as a hole in a series, shows only in it.
          sorted = rows.filter(function (row) { return row.cells.length === columns; });
          var days = sorted.some(function (row) { return row.cells[index].querySelector("time"); });
          var keys = new Map(sorted.map(function (row) { return [row, key(row.cells[index], days)]; }));
          sorted.sort(function (a, b) { return compare(keys.get(a), keys.get(b), next === "descending" ? -1 : 1); });
        }
        var all = document.createDocumentFragment();
        sorted.forEach(function (row) { all.appendChild(row); });
        body.replaceChildren(all);
      });
    });
  }

  // Exact sums of what a filter leaves, written as the locale has it

  function written(table, amount, decimals) {
    var signs = table.dataset;
    var negative = amount < 0n;
    var digits = String(negative ? -amount : amount).padStart(19, "0");
    var whole = digits.slice(0, -18);
    var rest = digits.slice(-18).slice(0, decimals);
    var end = whole.length - Number(signs.first);
    var groups = [whole.slice(Math.max(end, 0))];
    for (; end > 0; end -= Number(signs.others)) { groups.unshift(whole.slice(Math.max(end - Number(signs.others), 0), end)); }
    return (negative ? "\u2212" : "") + groups.join(signs.group) + (rest ? signs.point + rest : "");
  }

  function exact(text) {
    var parts = text.replace("-", "").split(".");
    var amount = BigInt(parts[0] + ((parts[1] || "") + "000000000000000000").slice(0, 18));
    return text.charAt(0) === "-" ? -amount : amount;
  }

  function plain(amount, decimals) {
    var digits = String(amount < 0n ? -amount : amount).padStart(19, "0");
    var rest = digits.slice(-18).slice(0, decimals);
    return (amount < 0n ? "-" : "") + digits.slice(0, -18) + (rest ? "." + rest : "");
  }

  // The currencies of a table: of each the decimals it has, and those that are shown.
  function unitsOf(table) {
    var words = table.dataset.units.split(" ");
    var found = {};
    for (var i = 0; i + 2 < words.length; i += 3) {
      found[words[i]] = { code: words[i], decimals: Number(words[i + 1]), shown: Number(words[i + 2]) };
    }
    return found;
  }

  // The rows of a table that are records, in all its bodies.
  function rowsOf(table) {
    return Array.prototype.filter.call(table.querySelectorAll("tbody > tr"), function (row) { return !row.classList.contains("verb"); });
  }

  // Parts: what a record adds to the sums of other pages, each amount before the names of those it is

  function partOf(row, part) {
    var amount = 0n;
    var sum = 0n;
    (row.dataset[part.field] || "").split(" ").forEach(function (word) {
      if (/^-?[0-9]/.test(word)) { amount = exact(word); } else if (part.names.indexOf(word) >= 0) { sum += amount; }
    });
    return sum;
  }

  // An amount in words: in a list without a foot of sums, no decimals where all of them are zero.
  function told(table, amount, unit) {
    return written(table, amount, !table.tFoot && amount % 1000000000000000000n === 0n ? 0 : unit.shown);
  }

  function put(data, table, amount, unit) {
    data.value = plain(amount, unit.decimals);
    data.textContent = told(table, amount, unit);
  }

  // A currency beside its amount, which is text or an element, as the locale has it
  function coded(table, code, amount) {
    return table.dataset.code === "last" ? [amount, "\u00a0" + code] : [code + "\u00a0", amount];
  }

  // The lines of a cell about the part asked for: its words and the amount; none where none is asked for.
  function tellPart(cell, part, table, amount, unit) {
    each(cell.querySelectorAll(".asked"), function (line) { line.remove(); });
    if (!part) { return; }
    var data = document.createElement("data");
    data.dataset.currency = unit.code;
    put(data, table, amount, unit);
    var lines = cell.tagName === "TH" ? [[part.word + " "].concat(coded(table, unit.code, data))] : [[part.word], coded(table, unit.code, data)];
    lines.forEach(function (pieces) {
      var line = document.createElement("small");
      line.className = "asked";
      line.append.apply(line, pieces);
      cell.append(line);
    });
  }

  // Sums what is shown; `part` is the part asked for and its words, null for none. Says what that comes to in words.
  function sumUp(table, rows, part) {
    if (table.dataset.units === undefined) { return ""; }
    var sums = {};
    var shown = {};
    var units = unitsOf(table);
    function add(key, amount) { sums[key] = (sums[key] || 0n) + amount; }
    rows.forEach(function (row) {
      var code = row.dataset.currency;
      if (row.hidden || !code) { return; }
      var amount = part && partOf(row, part);
      var main = row.querySelector("data[data-figure=gross], data[data-figure=agreed]");
      shown[code] = true;
      if (part) { add(code, amount); }
      if (main) { tellPart(main.closest("td"), part, table, amount, units[code]); }
      if (row.dataset.verb) { add(code + " " + row.dataset.verb, exact(row.querySelector(".n data").value)); }
      if (row.dataset.state === "void") { return; }
      each(row.querySelectorAll("data[data-figure]"), function (data) { add(code + " " + data.dataset.figure, exact(data.value)); });
    });
    each(table.tFoot ? table.tFoot.rows : [], function (row) {
      var code = row.dataset.currency;
      row.hidden = !shown[code];
      tellPart(row.cells[0], part, table, sums[code] || 0n, units[code]);
      each(row.querySelectorAll("td[data-sum]"), function (cell) {
        put(cell.querySelector("data"), table, sums[code + " " + cell.dataset.sum] || 0n, units[code]);
      });
    });
    each(table.querySelectorAll("tr.verb"), function (head) {
      var own = rows.filter(function (row) { return row.parentNode === head.parentNode && !row.hidden; });
      head.hidden = !own.length;
      each(head.querySelectorAll(".of > span"), function (sum) {
        var data = sum.querySelector("data");
        var amount = sums[data.dataset.currency + " " + (own.length ? own[0].dataset.verb : "")];
        sum.hidden = amount === undefined;
        if (!sum.hidden) { put(data, table, amount, units[data.dataset.currency]); }
      });
    });
    var words = Object.keys(units).filter(function (code) { return part && shown[code]; }).map(function (code) {
      return coded(table, code, told(table, sums[code], units[code])).join("");
    });
    return words.length ? part.word + " " + words.join(", ") : "";
  }

  // Filters: what is chosen stands in the address, and the address chooses

  var DAYS = { sent: true };
  var LISTS = { state: true, part: true, has: true };

  function takes(row, name, wanted) {
    var own = row.getAttribute("data-" + name);
    if (own === null) { return false; }
    if (DAYS[name]) { return own.indexOf(wanted) === 0; }
    if (!LISTS[name]) { return own === wanted; }
    var words = own.split(" ");
    return wanted.split(" ").some(function (word) { return words.indexOf(word) >= 0; });
  }

  function filter(form) {
    var table = document.getElementById(form.getAttribute("data-for"));
    if (!table) { return; }
    var rows = rowsOf(table);
    var texts = null;
    var output = form.querySelector("output");
    var reset = form.querySelector("button[type=reset]");
    var nothing = form.querySelector(".nothing");
    var part = form.closest(".part");
    var tabs = (part || document).querySelectorAll(".tabs a");
    var fields = Array.prototype.filter.call(form.elements, function (field) { return field.name; });
    form.hidden = false;

    function chosen() {
      return fields.filter(function (field) { return field.value; });
    }

    // The name of a client or a project, as the first of its rows has it.
    function named(kind, value) {
      var row = rows.find(function (one) { return one.getAttribute("data-" + kind) === value; });
      var name = row && row.cells[table.matches(".projects") ? 0 : 1].querySelector(kind === "client" ? "small" : "bdi");
      return name ? name.textContent : value;
    }

    // What is chosen in words; with `unseen` only what no field and no tab shows.
    function choices(unseen) {
      var found = [];
      chosen().forEach(function (field) {
        if (unseen && (field.type !== "hidden" || field.name === "state")) { return; }
        if (field.name === "state") {
          field.value.split(" ").forEach(function (state) {
            var tab = Array.prototype.find.call(tabs, function (one) { return one.dataset.state === state; });
            found.push(tab ? tab.querySelector(".state").textContent : state.replace(/_/g, " "));
          });
        } else if (field.name === "unnamed") {
          found.push("no client named");
        } else if (field.name === "client" || field.name === "project") {
          found.push(named(field.name, field.value));
        } else if (field.tagName === "SELECT") {
          found.push(field.options[field.selectedIndex].text);
        } else {
          found.push(field.name === "q" ? "\u201c" + field.value + "\u201d" : field.value);
        }
      });
      return found.join(", ");
    }

    function run() {
      var words = seen(form.elements.q.value).split(/\s+/).filter(Boolean);
      var wanted = chosen().filter(function (field) { return field.name !== "q"; });
      if (words.length && !texts) { texts = rows.map(function (row) { return seen(row.textContent); }); }
      var shown = 0;
      var all = 0;
      rows.forEach(function (row, i) {
        var record = !row.classList.contains("hole");
        row.hidden = !(words.every(function (word) { return texts[i].indexOf(word) >= 0; })
          && wanted.every(function (field) { return takes(row, field.name, field.value); }));
        if (record) { all += 1; if (!row.hidden) { shown += 1; } }
      });
      var none = rows.every(function (row) { return row.hidden; });
      nothing.hidden = !none;
      nothing.querySelector("b").textContent = choices(false);
      table.closest(".scroll").hidden = none;
      if (reset) { reset.hidden = !chosen().length; }
      each(tabs, function (tab) {
        var states = form.elements.state ? form.elements.state.value.split(" ") : [tab.dataset.state];
        var on = states.indexOf(tab.dataset.state) >= 0;
        tab.parentNode.hidden = !on && tab.querySelector(".count").textContent === "0";
        if (on) { tab.setAttribute("aria-current", "true"); } else { tab.removeAttribute("aria-current"); }
      });
      var sum = sumUp(table, rows, asksFor(form.elements.part || form.elements.has));
      var unseen = choices(true);
      var number = shown === all && !unseen ? "" : shown + " of " + all + (unseen ? ": " + unseen : "");
      output.textContent = [number, sum].filter(Boolean).join(" · ");
    }

    // The names of the parts that are asked for, and their words; null where none is.
    function asksFor(field) {
      if (!field || !field.value) { return null; }
      var option = field.options[field.selectedIndex];
      return { field: field.name, names: field.value.split(" "), word: option.text };
    }

    // A value that no choice has, such as a month or several parts at once, in the words of the choices it is made of.
    function offer(field, value) {
      var words = value.split(" ").map(function (name) {
        var found = Array.prototype.filter.call(field.options, function (option) { return option.value === name; });
        return found.length ? found[0].text : name;
      });
      field.add(new Option(words.join(" + "), value));
    }

    function tell() {
      var query = new URLSearchParams();
      chosen().forEach(function (field) { query.set(field.name, field.value); });
      var hash = (part ? part.id + "&" : "") + query;
      if (location.hash.slice(1) !== hash) { history.replaceState(null, "", "#" + hash); }
      run();
    }

    function listen() {
      var wish = asked();
      if (part && wish.part !== part.id) { return; }
      fields.forEach(function (field) {
        var value = wish.query.get(field.name) || "";
        if (field.tagName === "SELECT" && value && !Array.prototype.some.call(field.options, function (option) { return option.value === value || option.text === value; })) {
          offer(field, value);
        }
        field.value = value;
      });
      run();
      if (chosen().length) { form.scrollIntoView(); }
    }

    form.addEventListener("input", tell);
    form.addEventListener("reset", function (event) {
      event.preventDefault();
      fields.forEach(function (field) { field.value = ""; });
      tell();
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    each(document.querySelectorAll(".tabs a"), function (tab) {
      if (!form.elements.state || tab.closest(".part") !== part) { return; }
      tab.addEventListener("click", function (event) {
        event.preventDefault();
        form.elements.state.value = tab.dataset.state;
        tell();
      });
    });
    window.addEventListener("hashchange", listen);
    listen();
  }

  // A single file shows one part at a time. All but the first are text, which is drawn when it is asked for.

  function parts(main) {
    var first = main.querySelector(".part");

    function draw(holder) {
      var box = document.createElement("template");
      box.innerHTML = holder.textContent;
      var part = box.content.firstElementChild;
      holder.replaceWith(part);
      return part;
    }

    // The place that an address names; its part is drawn, and so has not yet been if the place is not there.
    function find(place) {
      var found = document.getElementById(place);
      var holders = found || !place ? [] : Array.prototype.filter.call(main.querySelectorAll("noscript"), function (holder) {
        return place === holder.dataset.part || place.indexOf(holder.dataset.part + "-") === 0;
      });
      holders.sort(function (a, b) { return b.dataset.part.length - a.dataset.part.length; });
      for (var i = 0; i < holders.length && !found; i++) {
        begin(draw(holders[i]));
        found = document.getElementById(place);
      }
      return found && main.contains(found) ? found : null;
    }

    function show() {
      var target = find(asked().part);
      var found = target ? target.closest(".part") : first;
      each(main.querySelectorAll(".part.shown, .target"), function (other) { other.classList.remove("shown", "target"); });
      main.classList.add("chosen");
      found.classList.add("shown");
      document.title = found.dataset.title;
      boxes();
      if (target && target !== found) {
        target.classList.add("target");
        target.scrollIntoView();
      } else {
        window.scrollTo(0, 0);
      }
    }
    window.addEventListener("hashchange", show);
    show();
  }

  // Search: the index is asked for when someone begins to look

  function searching(form) {
    var input = form.querySelector("input");
    var list = form.querySelector(".hits");
    var items = null;
    var single = document.getElementById("search-data");
    form.hidden = false;

    function address(page, kind, name) {
      var place = kind && /^[A-Za-z0-9._-]+$/.test(name) ? kind + "-" + name : "";
      if (single) { return "#p-" + page.replace(/\.html$/, "").replace(/\//g, "-") + (place ? "-" + place : ""); }
      return form.dataset.top + page + (place ? "#" + place : "");
    }

    function take(data) {
      items = [];
      data.clients.forEach(function (client) { items.push([client[0], "client", address(client[1])]); });
      data.projects.forEach(function (project) {
        items.push([project[0], project[1], address(project[2])]);
        project[3].forEach(function (one) { items.push([one[0] + " " + one[1], project[0], address(project[2], "m", one[0])]); });
        project[4].forEach(function (number) { items.push([number, project[0], address(project[2], "i", number)]); });
      });
      items.forEach(function (item) { item.push(seen(item[0] + " " + item[1])); });
      find();
    }

    window.mtrackIndex = take;

    function load() {
      if (items) { return; }
      items = [];
      if (single) { take(JSON.parse(single.textContent)); return; }
      var script = document.createElement("script");
      script.src = form.dataset.index;
      document.head.appendChild(script);
    }

    function find() {
      var words = seen(input.value).split(/\s+/).filter(Boolean);
      var begins = seen(input.value.trim());
      list.replaceChildren();
      list.hidden = !words.length;
      if (!words.length) { return; }
      var found = items.filter(function (item) { return words.every(function (word) { return item[3].indexOf(word) >= 0; }); });
      found.sort(function (a, b) { return (b[3].indexOf(begins) === 0) - (a[3].indexOf(begins) === 0); });
      found.slice(0, 20).forEach(function (item) {
        var link = document.createElement("a");
        link.href = item[2];
        link.textContent = item[0];
        var more = document.createElement("small");
        more.textContent = item[1];
        link.appendChild(more);
        list.appendChild(document.createElement("li")).appendChild(link);
      });
      if (!found.length) {
        var none = list.appendChild(document.createElement("li"));
        none.className = "none";
        none.textContent = "nothing found";
      }
    }

    function step(by) {
      var links = Array.prototype.slice.call(list.querySelectorAll("a"));
      var next = links.indexOf(document.activeElement) + by;
      if (next < 0) { input.focus(); } else if (links[next]) { links[next].focus(); }
    }

    input.addEventListener("focus", load);
    input.addEventListener("input", function () { load(); find(); });
    form.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); }
      if (event.key === "Escape") { list.hidden = true; input.focus(); }
    });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var first = list.querySelector("a");
      if (first && input.value) { first.click(); }
    });
    document.addEventListener("click", function (event) {
      if (!form.contains(event.target) || event.target.closest(".hits a")) { list.hidden = true; }
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); }
    });
  }

  // A box that scrolls can be reached by the keyboard

  function boxes() {
    each(document.querySelectorAll(".scroll"), function (box) {
      if (box.scrollWidth > box.clientWidth) { box.tabIndex = 0; } else { box.removeAttribute("tabindex"); }
    });
  }

  // A statement on paper, or saved as a file, is for the client: it leads to no place on this computer.

  function withoutLinks(sheet) {
    var links = [];
    window.addEventListener("beforeprint", function () {
      links = sheet.getClientRects().length ? Array.prototype.slice.call(document.querySelectorAll(".top a, .sheet a:not([href^='mailto:'])")) : [];
      links = links.map(function (link) { return [link, link.getAttribute("href")]; });
      links.forEach(function (one) { one[0].removeAttribute("href"); });
    });
    window.addEventListener("afterprint", function () {
      links.forEach(function (one) { one[0].setAttribute("href", one[1]); });
    });
  }

  // A link into a fold opens it

  function unfold() {
    var place = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (place && place.tagName === "DETAILS") { place.open = true; }
  }

  function begin(root) {
    each(root.querySelectorAll("table.sortable"), sortable);
    each(root.querySelectorAll("form.filter"), filter);
    each(root.querySelectorAll(".sheet"), withoutLinks);
  }

  document.addEventListener("DOMContentLoaded", function () {
    var button = document.getElementById("theme");
    var single = document.querySelector("main.single");
    if (button) { switcher(button); }
    begin(document);
    if (single) { parts(single); }
    each(document.querySelectorAll("form.find"), searching);
    boxes();
    window.addEventListener("resize", boxes);
    window.addEventListener("hashchange", unfold);
    window.addEventListener("hashchange", boxes);
    unfold();
  });
})();
