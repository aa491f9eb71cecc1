# Placard's web app and command line.
#   docker build -t placard .                                     recognition and the web app, on the CPU
#   docker build -t placard --build-arg EXTRAS=web,models .       with what a local language model needs
#   docker build -t placard --build-arg HARDWARE=gpu .            with the CUDA builds of FAISS and onnxruntime

FROM python:3.11-slim-bookworm AS build
ARG HARDWARE=cpu
ARG EXTRAS=web
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY LICENSE README.md constraints.txt pyproject.toml ./
COPY app app
COPY evaluation evaluation
COPY gallery gallery
COPY generation generation
COPY ingest ingest
COPY placard placard
COPY retrieval retrieval
COPY training training
COPY vision vision
RUN python -m venv /opt/placard \
    && /opt/placard/bin/python -m pip install -c constraints.txt ".[${HARDWARE},${EXTRAS}]"
# insightface brings the CPU build of onnxruntime, which hides the GPU one; the image has no CUDA libraries.
RUN if [ "${HARDWARE}" = gpu ]; then \
        /opt/placard/bin/python -m pip uninstall --yes onnxruntime \
        && /opt/placard/bin/python -m pip install "onnxruntime-gpu[cuda,cudnn]"; \
    fi

FROM python:3.11-slim-bookworm
# OpenCV links to both; Debian keeps only the newest version of a release, so none can be named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*
# The number is fixed, for files in volumes keep it.
RUN groupadd --gid 10001 placard \
    && useradd --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin placard \
    && install --directory --owner 10001 --group 10001 --mode 0755 /data /data/models
COPY --from=build /opt/placard /opt/placard
ENV PATH=/opt/placard/bin:$PATH PLACARD_HOME=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# onnxruntime-gpu does not look for CUDA where its extras install it.
ENV LD_LIBRARY_PATH=/opt/placard/lib/python3.11/site-packages/nvidia/cu13/lib:/opt/placard/lib/python3.11/site-packages/nvidia/cudnn/lib
USER 10001:10001
WORKDIR /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
# On all addresses, for only those inside the container's network are meant; it refuses to start without a token.
CMD ["placard", "web", "--address", "0.0.0.0", "--port", "8501", "--no-browser"]
