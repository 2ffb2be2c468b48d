FROM localhost/runix-base/build:1 AS build
WORKDIR /app
ENV PATH=/app/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV YARN_CACHE_FOLDER=/root/.cache/yarn
ENV YARN_NODE_LINKER=node-modules
ENV YARN_ENABLE_GLOBAL_CACHE=false
ENV YARN_ENABLE_TELEMETRY=false
# tools
RUN --mount=type=cache,id=runix-0123abcd-default-npm,target=/root/.npm --mount=type=cache,id=runix-0123abcd-default-yarn,target=/root/.cache/yarn npm install --global @yarnpkg/cli-dist@4.9.2
# dependencies
COPY .yarnrc.yml package.json yarn.lock ./
RUN --mount=type=cache,id=runix-0123abcd-default-npm,target=/root/.npm --mount=type=cache,id=runix-0123abcd-default-yarn,target=/root/.cache/yarn yarn install --immutable
# source
COPY . .
# build
RUN --mount=type=cache,id=runix-0123abcd-default-npm,target=/root/.npm --mount=type=cache,id=runix-0123abcd-default-yarn,target=/root/.cache/yarn yarn run build
RUN --mount=type=cache,id=runix-0123abcd-default-npm,target=/root/.npm --mount=type=cache,id=runix-0123abcd-default-yarn,target=/root/.cache/yarn yarn workspaces focus --production

FROM localhost/runix-base/run:1
ENV PATH=/app/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV NODE_ENV=production
ENV HOME=/app
ENV PORT=8080
USER 10001:10001
WORKDIR /app
COPY --from=build --chown=10001:10001 /app /app
EXPOSE 8080
ENTRYPOINT []
CMD ["node", "dist/server.js"]
