import Koa from "koa";

const app = new Koa();

app.use(async (ctx, next) => {
  const started = performance.now();
  await next();
  console.log(`${ctx.method} ${ctx.url} ${ctx.status} ${(performance.now() - started).toFixed(1)} ms`);
});

app.use((ctx) => {
  ctx.body = { path: ctx.path, time: new Date().toISOString() };
});

const port = Number(process.env.PORT ?? 3000);
app.listen(port, () => console.log(`koa on ${port}`));
