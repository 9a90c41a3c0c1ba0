"""Hardware checks: what the phone's own sensors, speakers, cameras and keys do on the bench. In the order they run."""

from probes._declare import Probe
from probes.hardware.accelerometer import AccelerometerAtRest
from probes.hardware.audio_by_hand import CallBothWays, Headset, Ring
from probes.hardware.audio_loopback import Loopback
from probes.hardware.audio_reference import Reference
from probes.hardware.audio_silence import MicrophonesInSilence
from probes.hardware.barometer import BarometerAtRest, BarometerDrift
from probes.hardware.battery_load import BatteryLoadStep
from probes.hardware.battery_swelling import BatterySwelling
from probes.hardware.biometrics import FingerprintPresence
from probes.hardware.brightness import BrightnessFollows
from probes.hardware.buses import SharedBuses
from probes.hardware.camera_focus import FrontCameraFocus, RearCameraFocus
from probes.hardware.camera_sensor import FrontCameraSensor, RearCameraSensor
from probes.hardware.camera_view import FrontCameraView, RearCameraView
from probes.hardware.charging_contact import PlugMoved, PlugTurned
from probes.hardware.charging_curve import ChargingCurve
from probes.hardware.charging_known_good import KnownGoodCharger
from probes.hardware.charging_now import ChargingNow
from probes.hardware.display_frame import Framebuffer
from probes.hardware.display_glass import Glass
from probes.hardware.flash import FlashLight, FlashSeen
from probes.hardware.gnss import SatelliteLevel
from probes.hardware.gyroscope import GyroscopeAtRest
from probes.hardware.hall import HallSwitch
from probes.hardware.inspection import CallByHand, HousingInspection
from probes.hardware.keys import SideKeys
from probes.hardware.magnetometer import MagnetometerAtRest
from probes.hardware.memory_stress import MemoryStress
from probes.hardware.modem_answers import ModemAnswers
from probes.hardware.modem_call import ModemCall
from probes.hardware.nfc import TagReach, WirelessCoil
from probes.hardware.poses import Poses, TurnedInHand
from probes.hardware.proximity import CoveredByHand, LightAndNearness, PanelLight
from probes.hardware.radio_cellular import CellularLevel
from probes.hardware.radio_presence import RadioPresence
from probes.hardware.radio_watch import LongRadioWatch, RadioWatch
from probes.hardware.sensor_stream import LongSampleStream, SampleStream
from probes.hardware.sim_contact import CardContact
from probes.hardware.sim_known_good import KnownGoodCard
from probes.hardware.sim_second_slot import SecondSlot
from probes.hardware.storage_stress import StorageStress
from probes.hardware.thermal import ThermalSoak
from probes.hardware.touch import GhostTouches, LongGhostTouches, SwipedGrid
from probes.hardware.touch_unplugged import UnpluggedGhostTouches
from probes.hardware.usb_reconnects import UsbReconnects
from probes.hardware.vibration import VibrationFelt, VibrationHeard
from probes.hardware.wifi import WifiLevel

_SENSORS: tuple[Probe, ...] = (
    AccelerometerAtRest(),
    GyroscopeAtRest(),
    MagnetometerAtRest(),
    BarometerAtRest(),
    LightAndNearness(),
    SampleStream(),
    LongSampleStream(),
    BarometerDrift(),
    FingerprintPresence(),
    CoveredByHand(),
    HallSwitch(),
    PanelLight(),
    Poses(),
    TurnedInHand(),
)
_INPUT: tuple[Probe, ...] = (
    GhostTouches(),
    LongGhostTouches(),
    UnpluggedGhostTouches(),
    SwipedGrid(),
    SideKeys(),
)
_RADIO: tuple[Probe, ...] = (
    RadioPresence(),
    SharedBuses(),
    CellularLevel(),
    CardContact(),
    WifiLevel(),
    SatelliteLevel(),
    RadioWatch(),
    LongRadioWatch(),
    HousingInspection(),
    ModemAnswers(),
    ModemCall(),
    TagReach(),
    WirelessCoil(),
    KnownGoodCard(),
    SecondSlot(),
    CallByHand(),
)
_AUDIO: tuple[Probe, ...] = (
    MicrophonesInSilence(),
    Loopback(),
    VibrationFelt(),
    VibrationHeard(),
    Reference(),
    Headset(),
    Ring(),
    CallBothWays(),
)
_IMAGE: tuple[Probe, ...] = (
    BrightnessFollows(),
    Framebuffer(),
    RearCameraSensor(),
    FrontCameraSensor(),
    FlashLight(),
    FlashSeen(),
    Glass(),
    RearCameraView(),
    FrontCameraView(),
    RearCameraFocus(),
    FrontCameraFocus(),
)
_POWER: tuple[Probe, ...] = (
    BatterySwelling(),
    ChargingNow(),
    BatteryLoadStep(),
    StorageStress(),
    MemoryStress(),
    ThermalSoak(),
    ChargingCurve(),
    KnownGoodCharger(),
    PlugTurned(),
    PlugMoved(),
    UsbReconnects(),
)
PROBES: tuple[Probe, ...] = (*_POWER, *_IMAGE, *_SENSORS, *_INPUT, *_AUDIO, *_RADIO)

__all__ = ["PROBES"]
