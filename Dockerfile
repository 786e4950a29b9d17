# The worker and the command line, compiled. Node's Debian image, because Temporal's core needs glibc.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Without scripts: the one that builds the program needs its sources.
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY . .
# The image has Node: the package `node` is for machines with an older one.
RUN npm rebuild && npm run build && npm prune --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/node node_modules/.bin/node

FROM node:24-bookworm-slim
# The homepage is a git repository, possibly accessed by ssh. Backups need pg_dump of the server's major version, which Debian
# does not have: PostgreSQL's own repository does.
ARG POSTGRES_MAJOR=16
RUN apt-get update && apt-get install -y --no-install-recommends git openssh-client ca-certificates postgresql-common \
  && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
  && apt-get install -y --no-install-recommends "postgresql-client-$POSTGRES_MAJOR" \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN mkdir /state /backups && chown node:node /state /backups
USER node
VOLUME /state
# Limits for Node's heap: without them it grows toward the memory of the whole machine.
ENTRYPOINT ["node", "--max-semi-space-size=2", "--max-old-space-size=400", "dist/worker/semester-worker.js"]
