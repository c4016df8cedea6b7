(function () {
  var button = document.getElementById("all-code");
  if (!button) { return; }
  button.hidden = false;
  button.addEventListener("click", function () {
    var open = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(open));
    document.querySelectorAll("details.code").forEach(function (one) { one.open = open; });
  });
})();
