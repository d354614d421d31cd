using System.Security.Cryptography;
using Mimir.Trust.Sealing;

namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>
/// k-of-n release: asks all holders at once, each with evidence over its own challenge, and combines the first k genuine shares. A holder that
/// refuses, is gone or gives a wrong share is named only when too few others are left.
/// </summary>
/// <param name="self">The requester; shares come sealed to its sealing key.</param>
/// <param name="deal">What was dealt.</param>
/// <param name="sources">The holders; share i may come from any of them.</param>
/// <param name="attester">Makes the evidence.</param>
public sealed class ThresholdKeyRelease(Identity self, KeyDeal deal, IReadOnlyList<IShareSource> sources, KeyAttester attester) : IKeyRelease
{
    /// <inheritdoc/>
    public async Task<DataKey> ReleaseAsync(string keyName, CancellationToken cancellation)
    {
        if (keyName != deal.KeyName) throw new KeyReleaseException(KeyRefusal.UnknownKey, $"the deal is of '{deal.KeyName}', not of '{keyName}'");
        var shares = new List<KeyShare>();
        var refusals = new List<string>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var asking = sources.Select(s => AskAsync(s, enough.Token)).ToList();
            while (asking.Count > 0 && shares.Count < deal.Threshold)
            {
                var done = await Task.WhenAny(asking);
                asking.Remove(done);
                var (share, refusal) = await done;
                cancellation.ThrowIfCancellationRequested();
                if (share is null) refusals.Add(refusal!);
                else if (shares.Any(s => s.Index == share.Index)) share.Dispose();
                else shares.Add(share);
            }
            await enough.CancelAsync();
            foreach (var (share, _) in await Task.WhenAll(asking)) share?.Dispose();
            if (shares.Count < deal.Threshold)
                throw new KeyReleaseException(KeyRefusal.TooFewShares, $"{shares.Count} of {deal.Threshold} shares of '{keyName}' came; {string.Join("; ", refusals)}");
            var secret = deal.Combine(shares);
            try
            {
                return new DataKey(keyName, secret);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(secret);
            }
        }
        finally
        {
            shares.ForEach(s => s.Dispose());
        }
    }

    /// <summary>A genuine share, or why there is none.</summary>
    private async Task<(KeyShare? Share, string? Refusal)> AskAsync(IShareSource source, CancellationToken cancellation)
    {
        try
        {
            var challenge = await source.ChallengeAsync(deal.KeyName, cancellation);
            if (challenge.Length != ShareHolder.ChallengeLength) return (null, $"{source.Holder}: {Word(KeyRefusal.MalformedAnswer)}");
            var nonce = ReleaseClaim.BoundNonce(deal.KeyName, challenge, self.SealingKey.PublicKey.Span);
            var evidence = await attester(self.Certificate.PublicKey.ExportSubjectPublicKeyInfo(), nonce, cancellation);
            var message = await source.ReleaseAsync(deal.KeyName, challenge, evidence, cancellation);
            var opened = SealedMessage.Open(self, source.Holder, ShareHolder.Context(challenge), message);
            var share = new KeyShare(deal.KeyName, opened.Length > 0 ? opened[0] : (byte)0, opened.Length > 0 ? opened[1..] : []);
            CryptographicOperations.ZeroMemory(opened);
            if (deal.IsGenuine(share)) return (share, null);
            share.Dispose();
            return (null, $"{source.Holder}: {Word(KeyRefusal.WrongShare)}");
        }
        catch (KeyReleaseException error)
        {
            return (null, $"{source.Holder}: {Word(error.Refusal)}");
        }
        catch (SealBrokenException)
        {
            return (null, $"{source.Holder}: {Word(KeyRefusal.NotForThisKey)}");
        }
        catch (OperationCanceledException)
        {
            return (null, $"{source.Holder}: {Word(KeyRefusal.Unreachable)}");
        }
    }

    private static string Word(KeyRefusal refusal) => Audit.AuditText.Word(refusal);
}
