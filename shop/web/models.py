"""Throttles: how often something was tried, shared by every process."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, Moment


class Throttle(Base):
    """Tries of one subject in one window; the key holds a hash, never an address."""

    __tablename__ = "throttles"
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    window_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    tries: Mapped[int]
