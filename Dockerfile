FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY . .
# collectstatic wants a key, and signs nothing with it.
RUN useradd --system --no-create-home site \
    && mkdir -p var \
    && SECRET_KEY=only-collectstatic-sees-this-key-which-signs-nothing-at-all python manage.py collectstatic --noinput \
    && chown -R site var

USER site
# matplotlib, which FastF1 brings, wants a folder it can write.
ENV HOST=0.0.0.0 PORT=8000 MPLCONFIGDIR=/tmp/matplotlib
EXPOSE 8000
CMD ["python", "manage.py", "serve"]
