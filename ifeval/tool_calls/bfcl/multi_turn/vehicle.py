"""VehicleControlAPI: doors, pedals, engine, climate, tyres and routes of one car. Names are those of BFCL's documents."""

from collections.abc import Sequence
from typing import Any

from ifeval.tool_calls.bfcl.multi_turn.backend import Backend, Result, error, long_text, tables

_SEED = 141_053
_TYRES = ("frontLeftTirePressure", "frontRightTirePressure", "rearLeftTirePressure", "rearRightTirePressure")


class VehicleControlAPI(Backend):
    fuelLevel: float
    batteryVoltage: float
    engine_state: str
    remainingUnlockedDoors: int
    doorStatus: dict[str, str]
    acTemperature: float
    fanSpeed: int
    acMode: str
    humidityLevel: float
    headLightStatus: str
    parkingBrakeStatus: str
    brakePedalStatus: str
    distanceToNextVehicle: float
    cruiseStatus: str
    destination: str
    _brakePedalForce: float
    _parkingBrakeForce: float
    _slopeAngle: float

    def _load(self, scenario: Result) -> None:
        self._draw = self._random(scenario, _SEED)
        for name, value in self._defaults().items():
            key = {
                "engine_state": "engineState",
                "_parkingBrakeForce": "parkingBrakeForce",
                "_slopeAngle": "slopeAngle",
            }
            attribute = "_brakePedalForce" if name == "brakePedalForce" else name
            setattr(self, attribute, scenario.get(key.get(name, name), value))
        self.remainingUnlockedDoors = self._unlocked()
        self.long_context = self._long

    def startEngine(self, ignitionMode: str) -> Result:
        if ignitionMode == "STOP":  # and then goes on to the refusals, as upstream
            self.engine_state = "stopped"
        if self.remainingUnlockedDoors > 0:
            unlocked = ", ".join(door for door, status in self.doorStatus.items() if status == "unlocked")
            return error(
                f"All doors must be locked before starting the engine. Here are the unlocked doors: {unlocked}"
            )
        if self.brakePedalStatus != "pressed":
            return error("Brake pedal needs to be pressed when starting the engine.")
        if self._brakePedalForce != 1000.0:
            return error("Must press the brake fully before starting the engine.")
        if self.fuelLevel < tables("VehicleControlAPI")["MIN_FUEL_LEVEL"]:
            return error("Fuel tank is empty.")
        if ignitionMode != "START":
            return error("Invalid ignition mode.")
        self.engine_state = "running"
        return {
            "engineState": self.engine_state,
            "fuelLevel": self.fuelLevel,
            "batteryVoltage": self.batteryVoltage,
        }

    def fillFuelTank(self, fuelAmount: float) -> Result:
        if fuelAmount < 0:
            return error("Fuel amount cannot be negative.")
        if self.fuelLevel + fuelAmount > tables("VehicleControlAPI")["MAX_FUEL_LEVEL"]:
            return error("Cannot fill gas above the tank capacity.")
        self.fuelLevel += fuelAmount
        return {"fuelLevel": self.fuelLevel}

    def lockDoors(self, unlock: bool, door: Sequence[str]) -> Result:
        wanted = "unlocked" if unlock else "locked"
        for name in door:
            if self.doorStatus[name] != wanted:  # a KeyError after the doors before it have changed
                self.doorStatus[name] = wanted
                self.remainingUnlockedDoors += 1 if unlock else -1
        return {"lockStatus": wanted, "remainingUnlockedDoors": self.remainingUnlockedDoors}

    def adjustClimateControl(
        self, temperature: float, unit: str = "celsius", fanSpeed: int = 50, mode: str = "auto"
    ) -> Result:
        if not 0 <= fanSpeed <= 100:
            return error("Fan speed must be between 0 and 100.")
        self.acTemperature = (temperature - 32) * 5 / 9 if unit == "fahrenheit" else temperature
        self.fanSpeed, self.acMode = fanSpeed, mode
        return {"currentACTemperature": temperature, "climateMode": mode, "humidityLevel": self.humidityLevel}

    def get_outside_temperature_from_google(self) -> Result:
        weather = long_text("LONG_WEATHER_EXTENSION") if self._long else {}
        return {**weather, "outsideTemperature": self._draw.uniform(-10.0, 40.0)}

    def get_outside_temperature_from_weather_com(self) -> Result:
        return {"error": 404}

    def setHeadlights(self, mode: str) -> Result:
        if mode not in ("on", "off", "auto"):
            return error("Invalid headlight mode.")
        self.headLightStatus = "on" if mode == "on" else "off"
        return {"headlightStatus": self.headLightStatus}

    def displayCarStatus(self, option: str) -> Result:
        metadata = {"metadata": long_text("CAR_STATUS_METADATA_EXTENSION")} if self._long else {}
        return metadata | (self._shown(option) or error("Invalid option"))

    def activateParkingBrake(self, mode: str) -> Result:
        if mode not in ("engage", "release"):
            return error("Invalid mode")
        engaged = mode == "engage"
        self.parkingBrakeStatus = "engaged" if engaged else "released"
        self._parkingBrakeForce, self._slopeAngle = (500.0 if engaged else 0.0), 10.0
        instruction = {"parkingBrakeInstruction": long_text("PARKING_BRAKE_INSTRUCTION")} if self._long else {}
        return instruction | {
            "parkingBrakeStatus": self.parkingBrakeStatus,
            "_parkingBrakeForce": self._parkingBrakeForce,
            "_slopeAngle": self._slopeAngle,
        }

    def pressBrakePedal(self, pedalPosition: float) -> Result:
        if not 0 <= pedalPosition <= 1:
            return error("Pedal position must be between 0 and 1.")
        return self._brake("pressed" if pedalPosition else "released", 1000.0 * pedalPosition)

    def releaseBrakePedal(self) -> Result:
        return self._brake("released", 0.0)

    def setCruiseControl(self, speed: float, activate: bool, distanceToNextVehicle: float) -> Result:
        if self.engine_state == "stopped":
            return error("Start the engine before activating the cruise control.")
        self.distanceToNextVehicle = distanceToNextVehicle  # before the speed is refused
        if activate and (speed < 0 or speed > 120 or speed % 5 != 0):
            return error("Invalid speed")
        self.cruiseStatus = "active" if activate else "inactive"
        return {
            "cruiseStatus": self.cruiseStatus,
            "currentSpeed": float(speed),
            "distanceToNextVehicle": float(distanceToNextVehicle),
        }

    def get_current_speed(self) -> Result:
        return {"currentSpeed": self._draw.uniform(0.0, 120.0)}

    def display_log(self, messages: list[str]) -> Result:
        return {"log": messages}

    def estimate_drive_feasibility_by_mileage(self, distance: float) -> Result:
        reach = self.fuelLevel * tables("VehicleControlAPI")["MILE_PER_GALLON"]
        return {"canDrive": reach >= distance}

    def liter_to_gallon(self, liter: float) -> Result:
        return {"gallon": liter * 0.264172}

    def gallon_to_liter(self, gallon: float) -> Result:
        return {"liter": gallon * 3.78541}

    def estimate_distance(self, cityA: str, cityB: str) -> Result:
        answer = error("distance not found in database.")
        for one, other, distance in tables("VehicleControlAPI")["distances_both_ways"]:
            if (cityA, cityB) in ((one, other), (other, one)):
                answer = {"distance": distance}
        if self._long:
            answer["intermediaryCities"] = long_text("INTERMEDIARY_CITIES")
        return answer

    def get_zipcode_based_on_city(self, city: str) -> Result:
        table = tables("VehicleControlAPI")
        return {"zipcode": table["zipcodes"].get(city, table["zipcode_otherwise"])}

    def set_navigation(self, destination: str) -> Result:
        self.destination = destination
        return {"status": f"Navigating to {destination}"}

    def check_tire_pressure(self) -> Result:
        pressures = {name: getattr(self, name) for name in _TYRES}
        mean = sum(pressures.values()) / len(pressures)
        metadata = long_text("CAR_STATUS_METADATA_EXTENSION") if self._long else {}
        return pressures | {"healthy_tire_pressure": 30 <= mean <= 35, "car_info": metadata}

    def find_nearest_tire_shop(self) -> Result:
        return {"shopLocation": "456 Oakwood Avenue, Rivermist, 83214"}

    def _unlocked(self) -> int:
        return sum(status == "unlocked" for status in self.doorStatus.values())

    def _brake(self, status: str, force: float) -> Result:
        self.brakePedalStatus, self._brakePedalForce = status, force
        return {"brakePedalStatus": status, "brakePedalForce": force}

    def _shown(self, option: str) -> Result:
        """What the option shows; nothing for an option that there is not."""
        options: dict[str, dict[str, Any]] = {
            "fuel": {"fuelLevel": self.fuelLevel},
            "battery": {"batteryVoltage": self.batteryVoltage},
            "doors": {"doorStatus": self.doorStatus},
            "climate": {
                "currentACTemperature": self.acTemperature,
                "fanSpeed": self.fanSpeed,
                "climateMode": self.acMode,
                "humidityLevel": self.humidityLevel,
            },
            "headlights": {"headlightStatus": self.headLightStatus},
            "parkingBrake": {
                "parkingBrakeStatus": self.parkingBrakeStatus,
                "parkingBrakeForce": self._parkingBrakeForce,
                "slopeAngle": self._slopeAngle,
            },
            "brakePedal": {"brakePedalStatus": self.brakePedalStatus, "brakePedalForce": self._brakePedalForce},
            "engine": {"engineState": self.engine_state},
        }
        return options.get(option, {})
