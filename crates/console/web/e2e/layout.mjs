// What moves on the screen, and what must not.

/** Where everything is that an agent reads or presses: rows, what is in them, the card's sources, the team. */
export function boxes(page) {
  return page.evaluate(() => {
    const wanted = "header > *, [aria-label='Waiting'] li, [aria-label='Waiting'] li > *, [aria-label='Waiting'] li .press, aside h2, aside h3, aside li, aside .num";
    return [...document.querySelectorAll(wanted)].map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      const name = element.tagName.toLowerCase();
      // Words may get longer where they stand; what must stay is where they begin and how high they are.
      const wide = element.matches("li, .press, .time, .act");
      return { name, at: [x, y, height, ...(wide ? [width] : [])].map(Math.round).join(" ") };
    });
  });
}

/** Which of them are elsewhere now. What is new has moved nothing. */
export function moved(before, now) {
  const left = new Map();
  for (const { name, at } of now) left.set(`${name} ${at}`, (left.get(`${name} ${at}`) ?? 0) + 1);
  return before
    .map(({ name, at }) => `${name} ${at}`)
    .filter((one) => {
      const count = left.get(one) ?? 0;
      left.set(one, count - 1);
      return count <= 0;
    });
}

/** Has the browser itself watch for shifts of the layout. */
export function watchShifts(page) {
  return page.evaluate(() => {
    globalThis.shifted = [];
    new PerformanceObserver((list) => {
      for (const { value, sources, hadRecentInput } of list.getEntries()) {
        if (hadRecentInput) continue;
        // What stands behind the name begins where the name ends.
        const others = sources.map(({ node }) => node?.parentElement).filter((parent) => !parent?.matches("[data-row]"));
        if (others.length === 0) continue;
        globalThis.shifted.push(`${value.toFixed(4)}: ${others.map((parent) => parent?.outerHTML.slice(0, 120) ?? "?").join(" | ")}`);
      }
    }).observe({ type: "layout-shift", buffered: false });
  });
}

export const shifts = (page) => page.evaluate(() => globalThis.shifted);
