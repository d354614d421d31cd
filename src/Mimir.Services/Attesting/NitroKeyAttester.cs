using Mimir.Services.Attesting.Nitro;
using Mimir.Trust.KeyRelease;

namespace Mimir.Services.Attesting;

/// <summary>
/// Attestation documents for key management services: they carry the requester's public key, and the service's conditions on the document do the rest. No nonce: the service takes
/// documents of the last minutes only, and its answer opens with that key only.
/// </summary>
public static class NitroKeyAttester
{
    /// <summary>By the security module of the enclave that this process runs in.</summary>
    public static KeyAttester OfThisEnclave() => Of(new NitroDevice());

    /// <summary>By another device.</summary>
    internal static KeyAttester Of(INitroDevice device) => (publicKeyInfo, nonce, _) =>
        Task.FromResult(NitroMessages.ReadDocument(device.Exchange(NitroMessages.Request(publicKeyInfo, nonce))));
}
