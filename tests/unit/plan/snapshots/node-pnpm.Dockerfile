FROM localhost/runix-base/build:1 AS build
WORKDIR /app
ENV PATH=/app/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV NPM_CONFIG_STORE_DIR=/root/.pnpm-store
# tools
RUN --mount=type=cache,id=runix-0123abcd-default-npm,target=/root/.npm --mount=type=cache,id=runix-0123abcd-default-pnpm,target=/root/.pnpm-store npm install --global pnpm@9.15.9
# dependencies
COPY package.json pnpm-lock.yaml ./
RUN --mount=type=cache,id=runix-0123abcd-default-npm,target=/root/.npm --mount=type=cache,id=runix-0123abcd-default-pnpm,target=/root/.pnpm-store pnpm install --frozen-lockfile

FROM localhost/runix-base/run:1
ENV PATH=/app/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV NODE_ENV=production
ENV HOME=/app
ENV PORT=8080
USER 10001:10001
WORKDIR /app
COPY --from=build --chown=10001:10001 /app/node_modules /app/node_modules
COPY --chown=10001:10001 . /app/
EXPOSE 8080
ENTRYPOINT []
CMD ["node", "src/index.js"]
