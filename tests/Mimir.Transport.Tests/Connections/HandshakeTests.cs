using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.Transport.Tests.Connections;

public sealed class HandshakeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_sides_know_each_other_and_the_greeting_arrives(bool plain)
    {
        await using var cluster = new Cluster(plain);
        var listener = cluster.Listen(cluster.Settings(Role.TripleService, "t"), null, Role.Party);
        var accepting = listener.AcceptAsync(new AcceptFilter(Purpose.Tape, cluster.Session, Role.Party, "p1", 1), Cluster.Deadline);
        using var dialled = await PeerDialer.ConnectAsync(cluster.Settings(Role.Party, "p1"), cluster.Dial(listener, Role.TripleService, "t", index: 1));
        using var accepted = await accepting;
        Assert.Equal((Role.TripleService, "t", plain), (dialled.Peer.Role, dialled.Peer.Name, dialled.Peer.Identity is null));
        Assert.Equal((Role.Party, "p1", plain), (accepted.Peer.Role, accepted.Peer.Name, accepted.Peer.Identity is null));
        Assert.Equal(new Hello(Purpose.Tape, cluster.Session, Role.Party, "p1", 1), accepted.Hello);
        await dialled.WriteAsync("tape"u8.ToArray());
        var read = new byte[4];
        await accepted.ReadExactlyAsync(read);
        Assert.Equal("tape"u8.ToArray(), read);
        Assert.Equal((4, 4), (dialled.BytesSent, accepted.BytesReceived));
    }

    [Fact]
    public async Task The_dialler_refuses_another_role_or_name()
    {
        await using var cluster = new Cluster();
        var listener = cluster.Listen(cluster.Settings(Role.Party, "p0"));
        var settings = cluster.Settings(Role.Party, "p1");
        var error = await Assert.ThrowsAsync<UntrustedPeerException>(() => PeerDialer.ConnectAsync(settings, cluster.Dial(listener, Role.TripleService, null)));
        Assert.Contains($"127.0.0.1:{listener.Endpoint.Port}: Expected triple-service, but the certificate is that of party 'p0'", error.Message);
        error = await Assert.ThrowsAsync<UntrustedPeerException>(() => PeerDialer.ConnectAsync(settings, cluster.Dial(listener, Role.Party, "p2")));
        Assert.Contains("Expected party 'p2'", error.Message);
    }

    [Fact]
    public async Task The_listener_refuses_roles_that_have_no_business_there()
    {
        await using var cluster = new Cluster();
        var log = new RefusalLog();
        var listener = cluster.Listen(cluster.Settings(Role.Party, "p0"), log.Add, Role.Party, Role.ModelOwner);
        await Assert.ThrowsAsync<PeerLostException>(() => PeerDialer.ConnectAsync(cluster.Settings(Role.Coordinator, "c"), cluster.Dial(listener, Role.Party, "p0")));
        Assert.Contains("coordinator 'c' has no business here; this port serves party, model-owner", await log.NextAsync());
    }

    [Fact]
    public async Task Another_authority_is_refused_by_both_sides()
    {
        await using var cluster = new Cluster();
        using var other = CertificateAuthority.Create();
        using var otherAnchors = other.Anchors();
        var log = new RefusalLog();
        var listener = cluster.Listen(cluster.Settings(Role.Party, "p0"), log.Add);

        var stranger = cluster.Settings(Role.Party, "p1", other);
        await Assert.ThrowsAnyAsync<Exception>(() => PeerDialer.ConnectAsync(stranger, cluster.Dial(listener, Role.Party, "p0")));
        Assert.Contains("was not issued by this session's certificate authority", await log.NextAsync());

        var suspicious = cluster.Settings(Role.Party, "p1") with { Anchors = otherAnchors };
        var error = await Assert.ThrowsAsync<UntrustedPeerException>(() => PeerDialer.ConnectAsync(suspicious, cluster.Dial(listener, Role.Party, "p0")));
        Assert.Contains("was not issued by this session's certificate authority", error.Message);
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_by_both_sides()
    {
        await using var cluster = new Cluster();
        var log = new RefusalLog();
        using var expired = cluster.Authority.Issue(Role.Party, "p1", TimeSpan.FromMinutes(-1));
        var settings = cluster.Settings(Role.Party, "p1") with { Identity = expired };
        var listener = cluster.Listen(cluster.Settings(Role.Party, "p0"), log.Add);
        await Assert.ThrowsAnyAsync<Exception>(() => PeerDialer.ConnectAsync(settings, cluster.Dial(listener, Role.Party, "p0")));
        Assert.Contains("The certificate of party 'p1' is valid from", await log.NextAsync());

        var expiredListener = cluster.Listen(settings);
        var error = await Assert.ThrowsAsync<UntrustedPeerException>(() =>
            PeerDialer.ConnectAsync(cluster.Settings(Role.Party, "p0"), cluster.Dial(expiredListener, Role.Party, "p1")));
        Assert.Contains("is valid from", error.Message);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, false)]
    public async Task Older_TLS_and_anonymous_clients_are_refused(SslProtocols version, bool withCertificate)
    {
        await using var cluster = new Cluster();
        var log = new RefusalLog();
        var listener = cluster.Listen(cluster.Settings(Role.Party, "p0"), log.Add);
        var client = cluster.Settings(Role.Party, "p1");
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, listener.Endpoint.Port);
        await using var tls = new SslStream(tcp.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "mimir",
            EnabledSslProtocols = version,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            ApplicationProtocols = [new SslApplicationProtocol("mimir/1")],
            ClientCertificates = withCertificate ? [client.Identity.Certificate] : new X509CertificateCollection(),
        };
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await tls.AuthenticateAsClientAsync(options);
            await tls.WriteAsync(new Hello(Purpose.Mesh, cluster.Session, Role.Party, "p1", 1).ToBytes());
            await tls.ReadExactlyAsync(new byte[1]);
        });
        Assert.Contains("Refused a connection from 127.0.0.1", await log.NextAsync());
    }

    [Fact]
    public async Task A_greeting_under_another_name_than_the_certificates_is_refused()
    {
        await using var cluster = new Cluster();
        var log = new RefusalLog();
        var listener = cluster.Listen(cluster.Settings(Role.Party, "p0"), log.Add);
        var client = cluster.Settings(Role.Party, "p1");
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, listener.Endpoint.Port);
        var (tls, _) = await TlsEndpoint.AuthenticateAsync(tcp.GetStream(), client, asServer: false, default);
        await tls.WriteAsync(new Hello(Purpose.Mesh, cluster.Session, Role.Party, "p2", 2).ToBytes());
        Assert.Contains("greets as party 'p2', but its certificate is that of party 'p1'", await log.NextAsync());
    }

    [Fact]
    public async Task Nobody_there_is_a_lost_peer_with_its_address()
    {
        await using var cluster = new Cluster();
        var listener = cluster.Listen(cluster.Settings(Role.Party, "p0"));
        var request = cluster.Dial(listener, Role.Party, "p0") with { RetryFor = TimeSpan.FromMilliseconds(100) };
        await listener.DisposeAsync();
        var error = await Assert.ThrowsAsync<PeerLostException>(() => PeerDialer.ConnectAsync(cluster.Settings(Role.Party, "p1"), request));
        Assert.Contains($"party 'p0' at 127.0.0.1:{request.Port} could not be reached", error.Message);
    }

    [Fact]
    public async Task A_service_that_says_nothing_is_a_lost_peer()
    {
        await using var cluster = new Cluster();
        var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var settings = cluster.Settings(Role.Party, "p1") with { HandshakeTimeout = TimeSpan.FromMilliseconds(200) };
        var request = new DialRequest("127.0.0.1", ((IPEndPoint)silent.LocalEndpoint).Port, Role.Party, "p0", Purpose.Mesh, cluster.Session);
        var error = await Assert.ThrowsAsync<PeerLostException>(() => PeerDialer.ConnectAsync(settings, request));
        Assert.Contains("did not answer within 0.2 s", error.Message);
        silent.Dispose();
    }

    [Fact]
    public async Task A_peer_that_does_not_come_is_named()
    {
        await using var cluster = new Cluster();
        var listener = cluster.Listen(cluster.Settings(Role.Party, "p0"));
        var error = await Assert.ThrowsAsync<PeerLostException>(() =>
            listener.AcceptAsync(new AcceptFilter(Purpose.Mesh, cluster.Session, Role.Party, "p1", 1), TimeSpan.FromMilliseconds(50)));
        Assert.Contains("party 'p1' (mesh connection) did not connect", error.Message);
    }

    [Fact]
    public async Task Connections_go_to_the_waiter_of_their_session_and_party()
    {
        await using var cluster = new Cluster();
        var listener = cluster.Listen(cluster.Settings(Role.Party, "p0"));
        using var early = await PeerDialer.ConnectAsync(cluster.Settings(Role.Party, "p2"), cluster.Dial(listener, Role.Party, "p0", Purpose.Mesh, 2));
        var otherSession = cluster.Dial(listener, Role.Party, "p0", Purpose.Mesh, 1) with { Session = new SessionId(0, 1) };
        using var other = await PeerDialer.ConnectAsync(cluster.Settings(Role.Party, "p1"), otherSession);
        var first = listener.AcceptAsync(new AcceptFilter(Purpose.Mesh, cluster.Session, Role.Party, "p1", 1), Cluster.Deadline);
        using var second = await listener.AcceptAsync(new AcceptFilter(Purpose.Mesh, cluster.Session, Role.Party, "p2", 2), Cluster.Deadline);
        using var late = await PeerDialer.ConnectAsync(cluster.Settings(Role.Party, "p1"), cluster.Dial(listener, Role.Party, "p0", Purpose.Mesh, 1));
        using var accepted = await first;
        Assert.Equal(("p1", cluster.Session), (accepted.Peer.Name, accepted.Hello.Session));
        Assert.Equal("p2", second.Peer.Name);
    }

    [Fact]
    public async Task Plain_connections_need_the_explicit_permission()
    {
        await using var cluster = new Cluster();
        var settings = cluster.Settings(Role.Party, "p0") with { Enabled = false };
        var error = Assert.Throws<InvalidOperationException>(() => cluster.Listen(settings));
        Assert.Contains("--insecure-lab", error.Message);
        var listener = cluster.Listen(cluster.Settings(Role.Party, "p0"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => PeerDialer.ConnectAsync(settings, cluster.Dial(listener, Role.Party, "p0")));
        var lab = settings with { InsecureLab = true, HandshakeTimeout = TimeSpan.FromSeconds(1) };
        await Assert.ThrowsAsync<PeerLostException>(() => PeerDialer.ConnectAsync(lab, cluster.Dial(listener, Role.Party, "p0")));
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        await using var cluster = new Cluster();
        var settings = cluster.Settings(Role.Party, "p0");
        var listener = cluster.Listen(settings);
        var error = Assert.Throws<PortInUseException>(() => PeerListener.Start(listener.Endpoint, settings, [Role.Party]));
        Assert.Contains(listener.Endpoint.ToString(), error.Message);
    }
}
