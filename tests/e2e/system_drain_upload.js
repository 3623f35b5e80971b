/** Answers with what is sent, as it comes. */
export default {
  respond: (_request, { body }) => new Response(body),
};
