"use strict";

const FONT = "system-ui, sans-serif";
const page = document.getElementById("api");

/** ReDoc's menu ends in a logo from another host, and no option says otherwise: images load from here or not at all. */
function keepImagesHere() {
  const image = HTMLImageElement.prototype;
  const source = Object.getOwnPropertyDescriptor(image, "src");
  const isHere = (url) => url.startsWith("data:") || new URL(url, location.href).origin === location.origin;

  Object.defineProperty(image, "src", {
    ...source,
    set(url) {
      if (isHere(url)) source.set.call(this, url);
    },
  });
  image.setAttribute = function setAttribute(name, value) {
    if (name !== "src" || isHere(value)) Element.prototype.setAttribute.call(this, name, value);
  };
}

keepImagesHere();
Redoc.init(
  page.dataset.document,
  { theme: { typography: { fontFamily: FONT, headings: { fontFamily: FONT } } } },
  page,
);
