"""The static HTML report: pages drawn from the views on `templates/site/`, written only where they changed."""
