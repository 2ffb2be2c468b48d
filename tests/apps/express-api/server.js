const express = require("express");
const todos = require("./routes/todos");

const app = express();
app.use(express.json());
app.use("/todos", todos);

app.get("/", (req, res) => res.json({ name: "express-api", node: process.version, env: process.env.NODE_ENV }));
app.get("/healthz", (req, res) => res.send("ok"));

const port = process.env.PORT || 3000;
const server = app.listen(port, () => console.log(`listening on ${port}`));

process.on("SIGTERM", () => {
  console.log("SIGTERM: closing");
  server.close(() => process.exit(0));
});
