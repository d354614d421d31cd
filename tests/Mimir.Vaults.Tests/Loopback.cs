using System.Net;
using System.Net.Sockets;

namespace Mimir.Vaults.Tests;

/// <summary>An HTTP server on loopback that answers every request with what <paramref name="answer"/> makes of it.</summary>
internal sealed class Loopback : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    public Loopback(Func<HttpListenerRequest, byte[], (int Status, byte[] Body)> answer)
    {
        Address = new Uri($"http://127.0.0.1:{FreePort()}/");
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = ServeAsync(answer);
    }

    public Uri Address { get; }

    public void Dispose()
    {
        _listener.Close();
        _serving.Wait();
    }

    private async Task ServeAsync(Func<HttpListenerRequest, byte[], (int Status, byte[] Body)> answer)
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var (status, bytes) = (500, Array.Empty<byte>());
            try
            {
                (status, bytes) = answer(context.Request, body.ToArray());
            }
            catch (Exception)
            {
                // The request lacks what it must have; the test sees the status.
            }
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/x-amz-json-1.1";
            await context.Response.OutputStream.WriteAsync(bytes);
            context.Response.Close();
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
