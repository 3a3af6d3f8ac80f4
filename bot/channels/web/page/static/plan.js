// Brings the cited passage into view and gives it the focus, so that reading and tabbing go on from there.
const passage = document.getElementById("passage");
if (passage && (location.hash === "" || location.hash === "#passage")) {
  passage.scrollIntoView({ block: "center", behavior: "instant" });
  passage.focus({ preventScroll: true });
}
