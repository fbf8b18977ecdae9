project = "Payments API"
# Sphinx's own theme has no switch; furo is the most used that has one.
html_theme = "furo"
html_js_files = [("GUIDE_URLembed.js", {"async": "async"})]
