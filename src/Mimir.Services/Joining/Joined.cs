using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Services.Attesting;
using Mimir.Services.Hosting;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Registration;
using Mimir.Trust.Sealing;

namespace Mimir.Services.Joining;

/// <summary>
/// A worker's place in the group. With an evidence producer: keys made in this process and never stored, evidence for them, and the certificate that the coordinator gave for
/// it, renewed by fresh evidence at half of its time while connections and sessions go on. Without one: the certificate that the operator gave.
/// </summary>
internal sealed class Joined : IAsyncDisposable
{
    private static readonly TimeSpan RetryFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _renewing;
    private readonly FileWatch _identity;
    private readonly IDisposable[] _own;

    private Joined(TlsSettings tls, FileWatch identity, Func<CancellationToken, Task> renew, params IDisposable[] own) => (Tls, _identity, _own, _renewing) = (tls, identity, own, renew(_stop.Token));

    /// <summary>Who this process is for its peers.</summary>
    public TlsSettings Tls { get; }

    /// <summary>Without evidence: told of each new certificate that the operator gave, so that the coordinator hears of it.</summary>
    public Action<PeerIdentity> Renewed { private get; set; } = _ => { };

    /// <summary>Shows evidence if <paramref name="producer"/> makes any, trying again for half a minute while nobody answers.</summary>
    /// <param name="settings">Where the operator's identity is.</param>
    /// <param name="enrolled">The identity that the operator gave.</param>
    /// <param name="producer">Makes evidence; null: none.</param>
    /// <param name="coordinator">Where to register.</param>
    /// <param name="environment">For the log.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="RegistrationRefusedException">The coordinator refuses; says why.</exception>
    /// <exception cref="AttestingException">This machine gives no evidence.</exception>
    /// <exception cref="PeerLostException">Nobody answers.</exception>
    public static async Task<Joined> EnterAsync(
        RoleSettings settings, TlsSettings enrolled, IEvidenceProducer? producer, HostAddress coordinator, RoleEnvironment environment, CancellationToken cancellation)
    {
        Joined? joined = null;
        if (producer is null)
            return joined = new(enrolled, OperatorIdentity.Watch(settings, enrolled, environment, peer => joined?.Renewed(peer)), _ => Task.CompletedTask);
        var (key, sealingKey) = (ECDsa.Create(ECCurve.NamedCurves.nistP256), SealingKeyPair.Generate());
        try
        {
            var applicant = new Applicant(enrolled, producer, coordinator, key, sealingKey);
            var (certificate, validity) = await PatientlyAsync(applicant, enrolled.Clock, cancellation);
            PeerIdentity.Verify(certificate, enrolled.Anchors, enrolled.Clock.GetUtcNow()).Require(enrolled.Identity.Role, enrolled.Identity.Name);
            using var issued = X509CertificateLoader.LoadCertificate(certificate);
            var own = new Identity(issued.CopyWithPrivateKey(key), sealingKey);
            environment.Log($"registered as {own} with fresh evidence; the certificate is good for {validity.TotalMinutes:0} minutes");
            var asked = new SemaphoreSlim(0);
            // Whoever certifies the operator's identity anew will hardly want to wait for half of a certificate's time.
            var watch = OperatorIdentity.Watch(settings, enrolled, environment, _ => asked.Release());
            return new(enrolled with { Identity = own }, watch, stop => RenewAsync(own, applicant, validity, asked, enrolled.Clock, environment, stop), own, key, asked);
        }
        catch
        {
            key.Dispose();
            sealingKey.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _identity.DisposeAsync();
        await _stop.CancelAsync();
        await _renewing;
        _stop.Dispose();
        foreach (var own in _own) own.Dispose();
    }

    private static async Task<(byte[] Certificate, TimeSpan Validity)> PatientlyAsync(Applicant applicant, TimeProvider clock, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await applicant.ApplyAsync(cancellation);
            }
            catch (Exception error) when (error is PeerLostException or RegistrationRefusedException { Code: RegistrationRefusedException.Rate } && clock.GetElapsedTime(started) <= RetryFor)
            {
                await Task.Delay(Pause, clock, cancellation);
            }
        }
    }

    /// <summary>At half of its time or when <paramref name="asked"/>, and again after a tenth of it whenever that fails: the certificate then simply ends.</summary>
    private static async Task RenewAsync(
        Identity own, Applicant applicant, TimeSpan validity, SemaphoreSlim asked, TimeProvider clock, RoleEnvironment environment, CancellationToken stop)
    {
        var wait = validity / 2;
        var asking = asked.WaitAsync(stop);
        try
        {
            while (true)
            {
                await await Task.WhenAny(Task.Delay(wait, clock, stop), asking);
                if (asking.IsCompleted) asking = asked.WaitAsync(stop);
                try
                {
                    (var certificate, validity) = await applicant.ApplyAsync(stop);
                    own.Renew(certificate);
                    wait = validity / 2;
                    environment.Log($"{own} showed fresh evidence; its certificate is good for {validity.TotalMinutes:0} minutes more");
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    wait = validity / 10;
                    environment.Log($"{own} could not renew its certificate: {Failures.MessageOf(error)}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The way it ends.
        }
    }
}
