// Runs before textual.js, and gives it what it lacks here.
"use strict";

(() => {
  // The terminal writes styles of its own. The page's policy lets those in that carry the nonce, and no others.
  const nonce = document.currentScript.nonce;
  const createElement = document.createElement.bind(document);
  document.createElement = (name, options) => {
    const element = createElement(name, options);
    if (name === "style") {
      element.nonce = nonce;
    }
    return element;
  };

  // The terminal measures its font once, when the page has loaded: what is asked for before that has come by then.
  for (const face of ["", "bold ", "italic "]) {
    document.fonts.load(face + "15px 'Roboto Mono'");
  }

  // The server closes the connection with a reason; textual.js would not tell it.
  const Connection = window.WebSocket;
  window.WebSocket = class extends Connection {
    constructor(url) {
      super(url);
      this.addEventListener("close", (event) => {
        document.getElementById("notice").textContent = event.reason || "The connection to runix web has ended.";
        const again = document.getElementById("again");
        again.hidden = false;
        again.focus();
        again.addEventListener("click", () => window.location.reload());
      });
    }
  };
})();
