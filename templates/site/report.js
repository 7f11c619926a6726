// Adds sorting, filtering and a theme switch to pages that are complete without them.
(function () {
  "use strict";
  var root = document.documentElement;
  var themes = ["auto", "light", "dark"];

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

  // What a cell sorts by: its exact amount, its day, or its text.
  function value(cell) {
    if (!cell) { return ""; }
    var data = cell.querySelector("data");
    if (data) { return Number(data.value); }
    if (cell.classList.contains("n")) { return -Infinity; }
    var time = cell.querySelector("time");
    return time ? time.dateTime : cell.textContent.trim().toLocaleLowerCase();
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") { return a - b; }
    return String(a).localeCompare(String(b), undefined, { numeric: true });
  }

  function sortable(table) {
    var body = table.tBodies[0];
    var rows = Array.prototype.slice.call(body.rows);
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, index) {
      if (head.hasAttribute("data-nosort")) { return; }
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () {
        var was = head.getAttribute("aria-sort");
        var numbers = head.classList.contains("n");
        var next = was === null ? (numbers ? "descending" : "ascending")
          : was === (numbers ? "descending" : "ascending") ? (numbers ? "ascending" : "descending") : null;
        table.querySelectorAll("[aria-sort]").forEach(function (other) { other.removeAttribute("aria-sort"); });
        var order = rows.slice();
        if (next) {
          head.setAttribute("aria-sort", next);
          order = rows.filter(function (row) { return row.cells.length > index; });
          var keys = new Map(order.map(function (row) { return [row, value(row.cells[index])]; }));
          order.sort(function (a, b) {
            var way = compare(keys.get(a), keys.get(b));
            return next === "descending" ? -way : way;
          });
        }
        // A line about a place in the first order, such as a hole in a series, shows only in it.
        var all = document.createDocumentFragment();
        order.forEach(function (row) { all.appendChild(row); });
        body.replaceChildren(all);
      });
    });
  }

  function filter(form) {
    var table = document.getElementById(form.getAttribute("data-for"));
    if (!table) { return; }
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    var texts = rows.map(function (row) { return row.textContent.toLocaleLowerCase(); });
    var output = form.querySelector("output");
    form.hidden = false;
    function run() {
      var words = form.elements.q.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row, i) {
        var keep = words.every(function (word) { return texts[i].indexOf(word) >= 0; });
        form.querySelectorAll("select").forEach(function (select) {
          if (select.value && row.getAttribute("data-" + select.name) !== select.value) { keep = false; }
        });
        row.hidden = !keep;
        if (keep) { shown += 1; }
      });
      output.textContent = shown === rows.length ? "" : shown + " of " + rows.length;
    }
    form.addEventListener("input", run);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
  }

  document.addEventListener("DOMContentLoaded", function () {
    var button = document.getElementById("theme");
    if (button) { switcher(button); }
    document.querySelectorAll("table.sortable").forEach(sortable);
    document.querySelectorAll("form.filter").forEach(filter);
  });
})();
