// What the theme leaves unsaid to who reads by ear or by keyboard: the search is named, wide tables are scrolled by keys.
document$.subscribe(() => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Tìm kiếm")
  for (const wide of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset pre > code")) wide.tabIndex = 0
})
