using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Mimir.Services.Hosting;
using Mimir.Services.Joining;
using Mimir.Transport.Connections;
using Mimir.Transport.Rpc;
using Mimir.Trust;
using Mimir.Trust.Audit;
using Mimir.Trust.KeyRelease.Threshold;
using Mimir.Trust.Revocations;

namespace Mimir.Services.KeyHolders;

/// <summary>The process of a key holder: keeps one share of one data key, and gives it to machines whose evidence its own policy accepts. It asks nobody else.</summary>
public static class KeyHolderHost
{
    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="InvalidDataException">The settings, the identity or the policy cannot be used, or there is no policy or audit log.</exception>
    /// <exception cref="AuditLogException">The audit log cannot be opened.</exception>
    /// <exception cref="PortInUseException">The port is taken.</exception>
    public static async Task RunAsync(KeyHolderSettings settings, RoleEnvironment environment, CancellationToken cancellation)
    {
        if (settings.AuditFile is not { } file) throw new InvalidDataException("audit.file is not set; a key holder writes down what it releases");
        var tls = settings.OpenTls(Role.KeyHolder);
        using var identity = tls.Identity;
        using var anchors = tls.Anchors;
        var rule = anchors.Attestation ?? throw new InvalidDataException("attestation.policy is not set; a key holder gives its share for evidence only");
        var share = settings.Share;
        using var audit = AuditLog.Open(file, identity, tls.Clock);
        var endpoint = settings.Endpoint();
        var attested = AttestedRelease.Judge(rule, tls.Clock, environment.Log);
        ReleaseJudge judge = async (claim, stop) => !IsRevoked(claim.Requester, anchors, environment.Log) && await attested(claim, stop);
        var holder = new ShareHolder(identity, share, judge, audit, tls.Clock);
        await using var server = await GrpcServer.StartAsync(
            tls, endpoint, services => services.AddSingleton(new KeyHolderEndpoint(holder, line => environment.Log($"share {share.Index} of '{share.KeyName}': {line}"))),
            routes => routes.MapGrpcService<KeyHolderEndpoint>(), environment.Log, cancellation: cancellation);
        environment.Listening(new HostAddress(settings.AdvertisedHost ?? endpoint.Address.ToString(), server.Port));
        environment.Log($"holds share {share.Index} of '{share.KeyName}', for evidence that {settings.Attestation.Policy} accepts");
        await server.WaitForShutdownAsync(cancellation);
    }

    /// <summary>The list's file is read anew for each release, so that a revocation counts at once. A file that cannot be read, or is an older list, lets nobody through.</summary>
    private static bool IsRevoked(PeerIdentity requester, TrustAnchors anchors, Action<string> log)
    {
        try
        {
            if (anchors.Revocations.File is { } file && File.Exists(file)) RevocationFile.Accept(anchors, file);
            if (anchors.Revocations.ReasonAgainst(requester) is not { } reason) return false;
            log(reason);
        }
        catch (InvalidDataException error)
        {
            log(error.Message);
        }
        return true;
    }
}
