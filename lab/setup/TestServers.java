import io.temporal.testserver.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Time-skipping test servers, each with a clock of its own, in one process: a Java process that has run for a while executes compiled
 * code. Prints the port on which it takes connections. Each connection sends a line with a port, and has a server there until
 * it ends.
 */
public final class TestServers {
  public static void main(String[] args) throws IOException {
    // Loads the classes: the SDK gives a server five seconds to answer.
    TestServer.createPortBoundServer(0).close();
    try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      System.out.println(listening.getLocalPort());
      while (true) {
        Socket connection = listening.accept();
        Thread serving = new Thread(() -> serve(connection));
        serving.setDaemon(true);
        serving.start();
      }
    }
  }

  private static void serve(Socket connection) {
    try (connection;
        BufferedReader input = new BufferedReader(new InputStreamReader(connection.getInputStream()))) {
      int port = Integer.parseInt(input.readLine());
      try (TestServer.PortBoundTestServer server = TestServer.createPortBoundServer(port)) {
        while (input.read() >= 0) {}
      }
    } catch (IOException | RuntimeException error) {
      error.printStackTrace();
    }
  }
}
