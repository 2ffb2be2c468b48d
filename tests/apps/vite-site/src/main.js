import "./style.css";

const pages = { "/": "Home", "/about": "About" };

function render() {
  const title = pages[location.pathname] ?? "Not found";
  const greeting = import.meta.env.VITE_GREETING ?? "Hello";
  document.querySelector("#app").innerHTML = `
    <h1>${title}</h1>
    <p>${greeting} from a site that Vite built.</p>
    <nav><a href="/">Home</a> <a href="/about">About</a></nav>`;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || link.origin !== location.origin) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  render();
});
addEventListener("popstate", render);
render();
