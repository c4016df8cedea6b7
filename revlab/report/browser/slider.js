// A range input that a screen reader can name and the arrow keys can move.
// The number beside it follows the thumb at once; Python hears of it when it rests for 120 ms.
const REST_MS = 120;
let made = 0;

function render({ model, el }) {
  const id = `revlab-slider-${++made}-${Math.random().toString(36).slice(2, 8)}`;
  const label = document.createElement("label");
  const input = document.createElement("input");
  const output = document.createElement("output");
  let timer = null;

  label.htmlFor = id;
  output.htmlFor = id;
  // The range input announces its own value: a second live region would say it twice.
  output.setAttribute("aria-live", "off");
  input.id = id;
  input.type = "range";
  // JupyterLab takes the arrow keys of whatever is no text field, unless told not to.
  input.setAttribute("data-lm-suppress-shortcuts", "true");

  function write(value) {
    const note = model.get("note");
    output.textContent = note ? `${value} (${note})` : `${value}`;
    input.setAttribute("aria-valuetext", output.textContent);
  }
  function draw() {
    label.textContent = model.get("label");
    for (const name of ["min", "max", "step"]) input[name] = model.get(name);
    input.disabled = model.get("disabled");
    if (timer === null) input.value = model.get("value");
    write(input.value);
  }
  function send() {
    timer = null;
    model.set("value", Number(input.value));
    model.save_changes();
  }
  function moved() {
    clearTimeout(timer);
    timer = setTimeout(send, REST_MS);
    write(input.value);
  }

  const watched = ["label", "min", "max", "step", "value", "note", "disabled"];
  for (const name of watched) model.on(`change:${name}`, draw);
  input.addEventListener("input", moved);
  el.classList.add("revlab-slider");
  el.replaceChildren(label, input, output);
  draw();
  return () => {
    clearTimeout(timer);
    for (const name of watched) model.off(`change:${name}`, draw);
  };
}

export default { render };
