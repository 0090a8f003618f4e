"use strict";

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];
const page = document.getElementById("api");

/** Staff who are logged in to the admin may try what changes things; Django wants its token back then. */
function withCsrfToken(request) {
  const token = page.dataset.csrfToken;
  const isOurs = new URL(request.url, location.href).origin === location.origin;
  if (token && isOurs && !SAFE_METHODS.includes((request.method ?? "GET").toUpperCase())) {
    request.headers["X-CSRFToken"] = token;
  }
  return request;
}

SwaggerUIBundle({
  domNode: page,
  url: page.dataset.document,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  docExpansion: "none",
  requestInterceptor: withCsrfToken,
  // Otherwise a public site asks validator.swagger.io about its document.
  validatorUrl: null,
});
