// Asks for the API's description with the pasted token, and sends the token with what is tried out.
"use strict";
const base = location.pathname.replace(/\/docs\/?$/, "");
document.getElementById("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const message = document.getElementById("message");
  const authorization = "Bearer " + document.getElementById("token").value.trim();
  message.textContent = "";
  let answer;
  try {
    answer = await fetch(base + "/openapi.json", { headers: { Authorization: authorization } });
  } catch (error) {
    message.textContent = "The service does not answer, or the token holds letters that no token has.";
    return;
  }
  const body = await answer.json();
  if (!answer.ok) {
    message.textContent = body.detail || body.title;
    return;
  }
  SwaggerUIBundle({
    spec: body,
    dom_id: "#api",
    deepLinking: true,
    validatorUrl: null,
    requestInterceptor: (request) => {
      request.headers.Authorization = authorization;
      return request;
    },
  });
});
