/**
 * Keeps the focus in the page. A row that leaves and a button that goes or is switched off take the focus with them,
 * and the next Tab would begin at the top of the page.
 */

/** Watches everything below `root` until the returned function is called. `next` says who gets what `last` has lost. */
export function keepFocus(root: HTMLElement, next: (last: Place) => HTMLElement | null): () => void {
  let last: Place | undefined;

  const came = (event: FocusEvent) => {
    const element = event.target as HTMLElement;
    const row = element.closest("li")?.querySelector<HTMLElement>("[data-row]")?.dataset["row"];
    last = { element, row };
  };
  // Whoever presses somewhere else has taken the focus away on purpose.
  const pressed = () => (last = undefined);
  const look = () => {
    if (!last || document.activeElement !== document.body) return;
    if (last.element.isConnected && !last.element.matches(":disabled")) return;
    const wanted = next(last);
    last = undefined;
    wanted?.focus({ preventScroll: true });
  };

  const changes = new MutationObserver(look);
  changes.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
  root.addEventListener("focusin", came);
  root.addEventListener("pointerdown", pressed);
  return () => {
    changes.disconnect();
    root.removeEventListener("focusin", came);
    root.removeEventListener("pointerdown", pressed);
  };
}

/** What had the focus, and the call of the row that it was in. */
export interface Place {
  element: HTMLElement;
  row: string | undefined;
}
