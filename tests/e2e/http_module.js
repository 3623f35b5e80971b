/** Notes what it is told, and answers by itself where it is asked for its page. */
export default {
  respond(request) {
    return request.query.includes("page") ? new Response("a page") : undefined;
  },
  open() {
    const said = [];
    return {
      message: (data) => void said.push(data),
      // deno-lint-ignore no-console -- the test reads it
      close: (code) => console.log(`said ${said}, then closed with ${code}`),
    };
  },
};
