using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Mimir.Vaults.Pkcs11;

/// <summary>A token (hardware security module, smart card, SoftHSM) with its user logged in. Private keys never leave it. Thread-safe.</summary>
public sealed class Pkcs11Token : IDisposable
{
    private readonly Lock _turn = new();
    private readonly ISession _session;
    private readonly string _label;

    private Pkcs11Token(ISession session, string label) => (_session, _label) = (session, label);

    /// <summary>Opens the token called <paramref name="label"/>.</summary>
    /// <param name="library">The module's shared library, for example <c>/usr/lib/softhsm/libsofthsm2.so</c>.</param>
    /// <param name="label">The token's label.</param>
    /// <param name="pin">The user's PIN.</param>
    /// <exception cref="Pkcs11TokenException">The library or token is missing, or the PIN is wrong.</exception>
    public static Pkcs11Token Open(string library, string label, string pin)
    {
        ISession? session = null;
        try
        {
            var slot = Pkcs11Module.FindToken(library, label) ?? throw new Pkcs11TokenException($"{library}: there is no token '{label}'");
            session = slot.OpenSession(SessionType.ReadOnly);
            try
            {
                session.Login(CKU.CKU_USER, pin);
            }
            catch (Pkcs11Exception error) when (error.RV == CKR.CKR_USER_ALREADY_LOGGED_IN)
            {
                // By another session of this process.
            }
            return new Pkcs11Token(session, label);
        }
        catch (Exception error) when (error is Pkcs11Exception or UnmanagedException or DllNotFoundException)
        {
            session?.Dispose();
            throw new Pkcs11TokenException($"the token '{label}' of {library} cannot be opened ({Name(error)}); check library, token and PIN");
        }
    }

    /// <summary>The ECDSA key pair called <paramref name="keyLabel"/>: signs in the token. Usable while the token is open.</summary>
    /// <param name="keyLabel">The label of both halves.</param>
    /// <param name="ownsToken">Whether disposing of the key closes the token.</param>
    /// <exception cref="Pkcs11TokenException">There is no such pair, or not on P-256.</exception>
    public ECDsa Signer(string keyLabel, bool ownsToken = false) =>
        new Pkcs11EcdsaKey(this, keyLabel, Read(keyLabel, CKO.CKO_PUBLIC_KEY, CKA.CKA_EC_PARAMS), Read(keyLabel, CKO.CKO_PUBLIC_KEY, CKA.CKA_EC_POINT)) { OwnsToken = ownsToken };

    /// <summary>Signs a digest with CKM_ECDSA: r ‖ s.</summary>
    internal byte[] SignDigest(string keyLabel, byte[] digest) => Use(keyLabel, key =>
    {
        using var mechanism = Pkcs11Module.Factories.MechanismFactory.Create(CKM.CKM_ECDSA);
        return _session.Sign(mechanism, key, digest);
    });

    /// <summary>Decrypts with CKM_RSA_PKCS_OAEP, MGF1 of the same hash, no label.</summary>
    internal byte[] DecryptOaep(string keyLabel, byte[] ciphertext, OaepHash hash) => Use(keyLabel, key =>
    {
        var (digest, generator) = hash == OaepHash.Sha256 ? (CKM.CKM_SHA256, CKG.CKG_MGF1_SHA256) : (CKM.CKM_SHA_1, CKG.CKG_MGF1_SHA1);
        using var parameters = Pkcs11Module.Factories.MechanismParamsFactory.CreateCkRsaPkcsOaepParams((ulong)digest, (ulong)generator, (ulong)CKZ.CKZ_DATA_SPECIFIED, null);
        using var mechanism = Pkcs11Module.Factories.MechanismFactory.Create(CKM.CKM_RSA_PKCS_OAEP, parameters);
        return _session.Decrypt(mechanism, key, ciphertext);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_turn) _session.Dispose();
    }

    private byte[] Read(string keyLabel, CKO kind, CKA attribute)
    {
        lock (_turn) return Translate(() => _session.GetAttributeValue(Find(keyLabel, kind), [attribute])[0].GetValueAsByteArray());
    }

    private T Use<T>(string keyLabel, Func<IObjectHandle, T> use)
    {
        lock (_turn) return Translate(() => use(Find(keyLabel, CKO.CKO_PRIVATE_KEY)));
    }

    private IObjectHandle Find(string keyLabel, CKO kind)
    {
        var found = _session.FindAllObjects([Pkcs11Module.Factories.ObjectAttributeFactory.Create(CKA.CKA_CLASS, kind), Pkcs11Module.Factories.ObjectAttributeFactory.Create(CKA.CKA_LABEL, keyLabel)]);
        return found.Count == 1 ? found[0] : throw new Pkcs11TokenException($"the token '{_label}' has {found.Count} keys called '{keyLabel}' where there must be one");
    }

    private T Translate<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception error) when (error is Pkcs11Exception or AttributeValueException)
        {
            throw new Pkcs11TokenException($"the token '{_label}' refuses ({Name(error)})");
        }
    }

    private static string Name(Exception error) => error is Pkcs11Exception token ? token.RV.ToString() : error.GetType().Name;
}
