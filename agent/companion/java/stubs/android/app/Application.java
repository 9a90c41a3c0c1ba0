package android.app;

public class Application {
    public Application() {
    }
}
