"""Delivering updates by POST, one after the other, until each is taken."""

import asyncio
import ssl

import httpx

from bot.simulator.emulator import Emulator

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
ANSWER_WITHIN = 60.0


class WebhookDelivery:
    """Sends the oldest update that waits to the webhook, and the next one when that was answered with 2xx."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    async def run(self) -> None:
        """Deliver until cancelled."""
        pause = FIRST_PAUSE
        plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # Without certificates: a webhook here is on loopback.
        async with httpx.AsyncClient(timeout=ANSWER_WITHIN, trust_env=False, verify=plain) as client:
            while True:
                await self.emulator.until(lambda: self.emulator.webhook and self.emulator.updates.waiting, timeout=3600)
                if await self._deliver(client):
                    pause = FIRST_PAUSE
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)

    async def _deliver(self, client: httpx.AsyncClient) -> bool:
        emulator = self.emulator
        with emulator.lock:
            webhook = emulator.webhook
            if not webhook or not emulator.updates.waiting:
                return True
            update = emulator.updates.waiting[0]
        secret = {"X-Telegram-Bot-Api-Secret-Token": webhook["secret_token"]} if webhook["secret_token"] else {}
        trouble = ""
        try:
            answer = await client.post(webhook["url"], json=update, headers=secret)
            if not answer.is_success:
                trouble = f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
        except httpx.TimeoutException:
            trouble = "Read timeout expired"
        except httpx.HTTPError as error:
            trouble = f"Connection failed: {type(error).__name__}"
        with emulator.lock:
            if trouble:
                webhook |= {"last_error_date": emulator.timestamp(), "last_error_message": trouble}
                emulator.events.add("webhook")
                return False
            if emulator.updates.waiting and emulator.updates.waiting[0] is update:
                emulator.updates.waiting.popleft()
                emulator.touched()
        emulator.events.add("confirmed", waiting=len(emulator.updates.waiting))
        return True
