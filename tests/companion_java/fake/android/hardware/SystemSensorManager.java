package android.hardware;

import android.content.Context;
import android.os.Handler;
import android.os.Looper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import phone.Bench;
import phone.SystemContext;

public class SystemSensorManager extends SensorManager {
    private static final List<Sensor> SENSORS = List.of(
            new Sensor(1, "Accelerometer \"x\" \u00b5", 2500),
            new Sensor(2, "Magnetometer", 10000),
            new Sensor(4, "Gyroscope", 2500),
            new Sensor(5, "Ambient light", 0),
            new Sensor(6, "Pressure", 40000),
            new Sensor(8, "Proximity", 0),
            new Sensor(1, "A second accelerometer", 10000),
            new Sensor(65540, "A maker's own", 20000));
    private static final int FLOOD_EVENTS = 40_000;
    private final Map<SensorEventListener, Delivery> running = new HashMap<>();

    public SystemSensorManager(Context context, Looper looper) {
        SystemContext.check(context);
    }

    @Override
    public List<Sensor> getSensorList(int type) {
        return SENSORS;
    }

    @Override
    public Sensor getDefaultSensor(int type) {
        return SENSORS.stream().filter(one -> one.getType() == type).findFirst().orElse(null);
    }

    @Override
    public synchronized boolean registerListener(
            SensorEventListener listener, Sensor sensor, int periodUs, int latencyUs, Handler handler) {
        if (Bench.has("no_sensor_starts")) {
            return false;
        }
        System.out.println("the runtime talks while frames go out");
        Delivery delivery = new Delivery(listener, sensor, periodUs);
        running.put(listener, delivery);
        delivery.start();
        return true;
    }

    @Override
    public synchronized void unregisterListener(SensorEventListener listener) {
        Delivery delivery = running.remove(listener);
        if (delivery != null) {
            delivery.wanted = false;
            Bench.tell("unregistered " + delivery.sensor.getType());
        }
    }

    private static final class Delivery extends Thread {
        private final SensorEventListener listener;
        private final Sensor sensor;
        private final long periodNs;
        volatile boolean wanted = true;

        Delivery(SensorEventListener listener, Sensor sensor, int periodUs) {
            this.listener = listener;
            this.sensor = sensor;
            periodNs = 1000L * Math.max(periodUs, sensor.getMinDelay());
            setDaemon(true);
        }

        @Override
        public void run() {
            long beginNs = Bench.bootNs();
            for (long count = 1; wanted; count++) {
                long stampNs = beginNs + count * periodNs;
                if (count > FLOOD_EVENTS && Bench.has("flood")) {
                    Bench.tell("flooded");
                    return;
                }
                if (!Bench.has("flood")) {
                    Bench.sleepUntil(stampNs);
                }
                SensorEvent event = new SensorEvent(3);
                event.timestamp = stampNs;
                event.accuracy = 3;
                event.values[0] = sensor.getType() == 5 ? 320 : 0.25f;
                event.values[1] = 0.5f;
                event.values[2] = sensor.getType() == 1 ? 9.75f : 0;
                if (sensor.getMinDelay() > 0 || count == 1) {
                    listener.onSensorChanged(event);
                }
            }
        }
    }
}
