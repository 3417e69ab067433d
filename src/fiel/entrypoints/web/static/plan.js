// Copying and printing: what a page without a script leaves to the browser's own menu.
(() => {
  "use strict";
  const tell = (text) => {
    const place = document.getElementById("aviso");
    if (place) { place.className = "note good"; place.textContent = text; }
  };
  const show = (root) => {
    for (const each of root.querySelectorAll("button[data-copy], button[data-print]")) each.hidden = false;
  };
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.dataset.print !== undefined) { window.print(); return; }
    const source = button.dataset.copy && document.getElementById(button.dataset.copy);
    if (!source) return;
    try {
      await navigator.clipboard.writeText(source.value);
      tell(button.dataset.done);
    } catch {
      const folded = source.closest("details");
      if (folded) folded.open = true;
      source.select();
      tell(document.execCommand("copy") ? button.dataset.done : button.dataset.failed);
    }
  });
  show(document);
  document.addEventListener("htmx:after:swap", () => show(document));
})();
