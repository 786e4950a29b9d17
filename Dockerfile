# The worker: tsx runs TypeScript, as in a checkout. Node's Debian image, because Temporal's core needs glibc.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The image has Node: the package `node` is for machines with an older one.
RUN npm install --no-save --omit=dev --no-audit --no-fund && rm -rf node_modules/node node_modules/.bin/node

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
COPY --from=packages /app/node_modules ./node_modules
COPY package.json package-lock.json tsconfig.json ./
COPY domain ./domain
COPY config ./config
COPY codec ./codec
COPY signing ./signing
COPY activities ./activities
COPY workflows ./workflows
COPY templates ./templates
COPY client ./client
COPY watch ./watch
COPY worker ./worker
COPY recovery ./recovery
# The worker finds its workflows bundled.
RUN node_modules/.bin/tsx worker/build.ts
RUN mkdir /state /backups && chown node:node /state /backups
USER node
VOLUME /state
# Limits for Node's heap: without them it grows toward the memory of the whole machine.
ENTRYPOINT ["node", "--max-semi-space-size=2", "--max-old-space-size=400", "worker/semester-worker.js"]
