import { createServer } from "node:http";

interface Answer {
  host: string | undefined;
  node: string;
}

const port = Number(process.env.PORT ?? 3000);

const server = createServer((request, response) => {
  const answer: Answer = { host: request.headers.host, node: process.version };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(answer));
});

server.listen(port, () => console.log(`compiled TypeScript on port ${port}`));
process.on("SIGTERM", () => server.close());
