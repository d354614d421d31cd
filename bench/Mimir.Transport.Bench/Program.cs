// Loopback latency of a round and throughput of a stream, between two processes (BenchmarkDotNet measures one process only).
//   dotnet run -c Release --project bench/Mimir.Transport.Bench            both cores otherwise idle
//   dotnet run -c Release --project bench/Mimir.Transport.Bench -- busy    with one thread of other work per process
//   dotnet run -c Release --project bench/Mimir.Transport.Bench -- tape    only what a token's tape costs at both ends, see TapeBench.cs
using System.Diagnostics;
using System.Net;
using Mimir.Transport.Bench;
using Mimir.Transport.Connections;
using Mimir.Transport.Meshes;
using Mimir.Trust;
using Mimir.Trust.Certificates;

var directory = args is ["child", var given, ..] ? given : Directory.CreateTempSubdirectory("mimir-bench-").FullName;
var session = new SessionId(1, 1);
var deadline = TimeSpan.FromSeconds(30);
Process? child = null;
if (args is not ["child", ..])
{
    using var authority = CertificateAuthority.Create();
    authority.Save(directory);
    foreach (var i in new[] { 0, 1 })
    {
        using var issued = authority.Issue(Role.Party, $"p{i}", TimeSpan.FromHours(1));
        issued.Save(Path.Combine(directory, $"p{i}"));
    }

    File.WriteAllText(Path.Combine(directory, "ports"), $"{FreePort()} {FreePort()}");
    child = Process.Start(Environment.ProcessPath!, ["child", directory, .. args]);
}

var index = child is null ? 1 : 0;
if (args.Contains("busy")) new Thread(Burn) { IsBackground = true }.Start();
var ports = File.ReadAllText(Path.Combine(directory, "ports")).Split(' ').Select(int.Parse).ToArray();
using var identity = Identity.Load(Path.Combine(directory, $"p{index}"));
using var anchors = TrustAnchors.Load(Path.Combine(directory, "ca.pem"));
var settings = new TlsSettings { Identity = identity, Anchors = anchors, Enabled = !args.Contains("plain"), InsecureLab = args.Contains("plain") };
await using var listener = PeerListener.Start(new IPEndPoint(IPAddress.Loopback, ports[index]), settings, [Role.Party]);
if (args.Contains("tape"))
{
    await TapeBench.RunAsync(index == 0 ? listener : null, settings, ports[0], session, deadline);
    if (child is not null) await EndAsync(child, directory);
    return;
}
MeshPeer[] parties = [new("p0", "127.0.0.1", ports[0]), new("p1", "127.0.0.1", ports[1])];
await using (var mesh = await TlsMeshBuilder.ConnectAsync(settings, listener, session, index, parties, deadline))
{
    foreach (var (size, rounds) in new[] { (64, 20_000), (8 * 1024, 10_000), (32 * 1024, 5_000), (1 << 20, 400) })
    {
        var mine = new byte[size];
        Memory<byte>[] theirs = [new byte[size], new byte[size]];
        for (var round = 0; round < rounds; round++) await mesh.ExchangeAsync(mine, theirs, default);
        var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        for (var round = 0; round < rounds; round++) await mesh.ExchangeAsync(mine, theirs, default);
        var time = Stopwatch.GetElapsedTime(started).TotalMicroseconds / rounds;
        if (index == 0) Console.WriteLine($"exchange of {size,8} bytes: {time,8:F1} us per round, {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / rounds,8:F1} us CPU per party");
    }
}

using (var stream = index == 0
    ? await listener.AcceptAsync(new AcceptFilter(Purpose.Tape), deadline)
    : await PeerDialer.ConnectAsync(settings, new DialRequest("127.0.0.1", ports[0], Role.Party, "p0", Purpose.Tape, session) { RetryFor = deadline }))
{
    foreach (var chunk in new[] { 16 << 10, 64 << 10, 256 << 10, 1 << 20 })
    {
        const long Total = 2L << 30;
        var buffer = new byte[chunk];
        var started = Stopwatch.GetTimestamp();
        if (index == 1) for (long done = 0; done < Total; done += chunk) await stream.WriteAsync(buffer);
        else for (long done = 0; done < Total; done += chunk) await stream.ReadExactlyAsync(buffer);
        if (index == 0) Console.WriteLine($"stream in chunks of {chunk,8} bytes: {Total / Stopwatch.GetElapsedTime(started).TotalSeconds / 1e9:F2} GB/s");
    }
}

if (child is not null) await EndAsync(child, directory);

static async Task EndAsync(Process child, string directory)
{
    await child.WaitForExitAsync();
    Directory.Delete(directory, recursive: true);
}

static int FreePort()
{
    using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
    socket.Start();
    return ((IPEndPoint)socket.LocalEndpoint).Port;
}

static void Burn()
{
    for (var x = 1ul; ; x = unchecked(x * 6364136223846793005 + 1)) GC.KeepAlive(x);
}
