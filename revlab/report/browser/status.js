// One paragraph that stays in the page while its words change, so that a screen reader reads
// the new sentence aloud (a live region that is replaced is often passed over in silence).
function render({ model, el }) {
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  line.setAttribute("aria-live", "polite");
  function draw() {
    el.classList.toggle("revlab-status-problem", model.get("kind") === "problem");
    line.textContent = model.get("text");
  }
  model.on("change:text", draw);
  model.on("change:kind", draw);
  el.classList.add("revlab-status");
  el.replaceChildren(line);
  draw();
  return () => {
    model.off("change:text", draw);
    model.off("change:kind", draw);
  };
}

export default { render };
