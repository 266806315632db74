# One image for all roles; what a container is for is said by TALLY_ROLES (README: several processes).
FROM node:20.20.2-bookworm-slim

# Letters of PDF statements beyond Latin ones.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-core fonts-noto-cjk && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/tallyhouse
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY core core
COPY ingest ingest
COPY aggregate aggregate
COPY rating rating
COPY api api
COPY sql sql

RUN mkdir -p /var/lib/tallyhouse/archive && chown -R node:node /var/lib/tallyhouse
USER node
ENV NODE_ENV=production TALLY_HOST=0.0.0.0 TALLY_DATA_DIR=/var/lib/tallyhouse
VOLUME /var/lib/tallyhouse
EXPOSE 8080
ENTRYPOINT ["node", "api/tally.mjs"]
CMD ["serve"]
