const { Router } = require("express");

const router = Router();
const todos = [];

router.get("/", (req, res) => res.json(todos));

router.post("/", (req, res) => {
  if (!req.body.title) return res.status(400).json({ error: "title is required" });
  const todo = { id: todos.length + 1, title: req.body.title, done: false };
  todos.push(todo);
  res.status(201).json(todo);
});

module.exports = router;
