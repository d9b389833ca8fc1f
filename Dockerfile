# Modelmeter on one machine, in a container:
#   docker build -t modelmeter .
#   docker run -p 8080:8080 -v modelmeter:/data -e MODELMETER_TOKENS=change-me modelmeter
# A container has to listen on all interfaces, so without MODELMETER_TOKENS or an API key it refuses to start.
FROM node:24-slim

WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 MODELMETER_DATA=/data

# The image brings Node 24 itself, so the npm package `node` need not run its install script.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY . .

RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/modelmeter.ts"]
CMD ["serve"]
