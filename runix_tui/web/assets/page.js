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

  const Connection = window.WebSocket;
  window.WebSocket = class extends Connection {
    constructor(url) {
      super(url);
      this.addEventListener("message", takeKeys);
      this.addEventListener("close", (event) => tellEnd(event.reason || "The connection to runix web has ended."));
    }
  };

  // Keys go to the terminal without a click on it. The first bytes only set it up; then there is a picture, and the
  // program behind knows that it begins out of focus.
  const SET_UP = 16;
  function takeKeys(event) {
    if (event.data.byteLength > SET_UP) {
      this.removeEventListener("message", takeKeys);
      document.querySelector(".xterm-helper-textarea").focus();
    }
  }

  // The server closes the connection with a reason; textual.js would not tell it.
  function tellEnd(reason) {
    document.getElementById("notice").textContent = reason;
    const again = document.getElementById("again");
    again.addEventListener("click", () => window.location.reload());
    again.hidden = false;
    again.focus();
  }
})();
