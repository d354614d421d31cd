using Mimir.Spdz.Sessions;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;

namespace Mimir.Services.Triples;

/// <summary>The dealer's way to the clients: masks sealed for each, bound to the description of the session.</summary>
internal sealed class MaskPort(Dealer dealer, VerifiedSession session) : IDealerPort
{
    private readonly SealedRoutes _routes = new(dealer.Tls.Identity, session.Id);

    /// <inheritdoc/>
    public ValueTask SendMasksAsync(string client, double[] masks, byte[][] logitsKeys, CancellationToken cancellation)
    {
        var payload = SealedPayloads.WriteMasks(session.Digest.Span, masks, logitsKeys);
        dealer.Outbox(_routes.Seal(session.Clients[client], SealPurpose.Masks, payload));
        Array.Clear(payload);
        return ValueTask.CompletedTask;
    }
}
