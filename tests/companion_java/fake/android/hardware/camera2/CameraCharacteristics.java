package android.hardware.camera2;

import java.util.Map;

public final class CameraCharacteristics {
    public static final Key<Boolean> FLASH_INFO_AVAILABLE = new Key<>();
    public static final Key<Integer> LENS_FACING = new Key<>();
    private final Map<Key<?>, Object> facts;

    CameraCharacteristics(boolean flash, int facing) {
        facts = Map.of(FLASH_INFO_AVAILABLE, flash, LENS_FACING, facing);
    }

    @SuppressWarnings("unchecked")
    public <T> T get(Key<T> key) {
        return (T) facts.get(key);
    }

    public static final class Key<T> {
    }
}
