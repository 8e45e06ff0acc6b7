"""A consumer of Django Channels as its tutorial writes it: a group for each run, one message for each event."""

import os

from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="bench",
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [os.environ["REDIS_URL"]]},
        }
    },
)

import django

django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter


class RunConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        self.group = self.scope["path"].lstrip("/")
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.send(text_data="joined")

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def event(self, message):
        await self.send(text_data=message["text"])


application = ProtocolTypeRouter({"websocket": RunConsumer.as_asgi()})
