# syntax=docker/dockerfile:1

# Styles and scripts, from the npm packages.
FROM node:22-bookworm-slim AS assets
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY templates/ templates/
RUN npm run --silent assets

# The program, static.
FROM golang:1.26-bookworm AS program
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY app/ app/
COPY handlers/ handlers/
COPY models/ models/
COPY reports/ reports/
COPY seed/ seed/
COPY templates/ templates/
COPY --from=assets /src/templates/assets/ templates/assets/
ARG VERSION=development
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /out/sicrwydd ./app \
 && mkdir -p /out/data /out/tmp && chmod 1777 /out/tmp

# Nothing but the program, the certificates that it trusts, and a place for data.
# Time zones and fonts are inside the program.
FROM scratch
COPY --from=program /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=program /out/sicrwydd /sicrwydd
COPY --from=program --chown=65532:65532 /out/tmp /tmp
COPY --from=program --chown=65532:65532 /out/data /data
# SICRWYDD_PUBLIC_URL has to be given: inside, nobody knows how people reach it.
ENV SICRWYDD_ADDR=0.0.0.0:8080 SICRWYDD_DATA=/data
USER 65532:65532
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["/sicrwydd", "health"]
ENTRYPOINT ["/sicrwydd"]
CMD ["serve"]
