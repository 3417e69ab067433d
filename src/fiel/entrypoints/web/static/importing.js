// Files dropped anywhere on the zone go into the file field; the page works the same without this.
(() => {
  const zone = document.querySelector("[data-drop]");
  const form = document.querySelector("[data-upload]");
  if (!zone || !form) return;
  const field = zone.querySelector('input[type="file"]');
  const list = zone.querySelector("[data-chosen]");
  const show = () => {
    list.replaceChildren(...[...field.files].map((file) => {
      const item = document.createElement("li");
      item.textContent = file.name;
      return item;
    }));
  };
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, () => zone.classList.remove("over"));
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer || !event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    show();
  });
  field.addEventListener("change", show);
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[data-busy]");
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-disabled", "true");
  });
})();
