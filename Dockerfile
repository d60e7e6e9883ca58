# SPDX-License-Identifier: Apache-2.0
# The portal. Targets: portal (the last one, the default), and sandbox for sandbox/compose.yaml.
#   docker build --build-arg VERSION=0.1.0 --build-arg REVISION=$(git rev-parse HEAD) -t expresslink-portal .
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS build
COPY deploy/packages /usr/src/packages
RUN /usr/src/packages/install build && rm -rf /var/lib/apt/lists/*
COPY . /usr/src/expresslink-portal
WORKDIR /usr/src/expresslink-portal
RUN cmake --preset release -DBUILD_TESTING=OFF \
 && cmake --build --preset release \
 && DESTDIR=/out cmake --install build/release --strip


FROM ${BASE} AS runtime
# A number, so that Kubernetes can see that it is not root; the folder is the volume's first content.
ARG USER_ID=65532
COPY deploy/packages /tmp/packages
RUN /tmp/packages/install portal && rm -rf /var/lib/apt/lists/* /tmp/packages \
 && install -d -m 700 -o ${USER_ID} -g ${USER_ID} /var/lib/expresslink-portal \
 && install -d /etc/expresslink-portal


FROM runtime AS sandbox
COPY deploy/packages /tmp/packages
RUN /tmp/packages/install run && rm -rf /var/lib/apt/lists/* /tmp/packages \
 && install -d -m 700 -o 65532 -g 65532 /var/lib/sandbox
COPY sandbox /opt/expresslink/sandbox
COPY --from=build /usr/src/expresslink-portal/build/release/sandbox/expresslink-module \
                  /usr/src/expresslink-portal/build/release/sandbox/expresslink-cloud \
                  /usr/src/expresslink-portal/build/release/sandbox/staging_plugin.so \
                  /usr/src/expresslink-portal/build/release/sandbox/jitp_plugin.so \
                  /opt/expresslink/build/sandbox/
USER 65532:65532
VOLUME /var/lib/sandbox
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/expresslink/sandbox/sandbox", "run", "--state", "/var/lib/sandbox", "--build", "/opt/expresslink/build"]


FROM runtime AS portal
ARG USER_ID=65532
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="expresslink-portal" \
      org.opencontainers.image.description="Registration portal for AWS IoT ExpressLink onboarding by claim" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=build /out/ /
USER ${USER_ID}:${USER_ID}
# The root file system may be read-only: this is all that is written to.
VOLUME /var/lib/expresslink-portal
WORKDIR /var/lib/expresslink-portal
# Every key can be given as PORTAL_<SECTION>_<KEY>; the admin listener (9090) stays inside the container.
ENV PORTAL_HTTP_LISTEN=:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=5s --retries=3 \
    CMD ["expresslink-portal", "--config", "/etc/expresslink-portal/portal.ini", "--healthcheck"]
ENTRYPOINT ["expresslink-portal"]
CMD ["--config", "/etc/expresslink-portal/portal.ini"]
