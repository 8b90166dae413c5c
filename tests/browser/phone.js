// What is wrong with a page on a phone: wider than the screen, beyond its edge, or too small for a finger. A control has 44 px
// (its label counts with it) and 24 across; a link that stands alone is 24 tall, one in a sentence as tall as its lines.
() => {
  const width = document.documentElement.clientWidth;
  const said = (what, element) => `${what}: ${element.outerHTML.slice(0, 120)}`;
  const box = (element) => element.getBoundingClientRect();
  const seen = (element) => element.checkVisibility() && box(element).width > 1 && box(element).right > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const across = (element) => Math.max(box(element).width, box(element.closest("label") ?? element).width);
  const tall = (element) => Math.max(box(element).height, box(element.closest("label") ?? element).height);
  const isAlone = (link) => link.parentElement.textContent.trim() === link.textContent.trim();

  const controls = all("button, input, select, textarea, summary, a.btn, nav a");
  const links = all("a:not(.btn)").filter((link) => !link.closest("nav") && isAlone(link));
  return [
    ...(document.documentElement.scrollWidth > width ? ["the page is wide"] : []),
    ...[...controls, ...links].filter((each) => box(each).right > width + 1).map((each) => said("beyond the edge", each)),
    ...controls.filter((each) => tall(each) < 43.5).map((each) => said(`${tall(each)} px`, each)),
    ...controls.filter((each) => across(each) < 23.5).map((each) => said(`${across(each)} px across`, each)),
    ...links.filter((each) => tall(each) < 23.5).map((each) => said(`${tall(each)} px`, each)),
  ];
};
