using System.Security.Cryptography;
using Mimir.Trust.KeyRelease;
using Mimir.Vaults.Pkcs11;

namespace Mimir.Vaults.Tests.Pkcs11;

[Collection(nameof(SoftToken))]
public sealed class Pkcs11Tests
{
    [Fact]
    public void The_token_signs_and_keeps_its_key()
    {
        SoftToken.Require();
        using var token = Open();
        using var key = token.Signer("authority");
        using var known = ECDsa.Create(key.ExportParameters(false));
        var signature = key.SignData("text"u8.ToArray(), HashAlgorithmName.SHA256);
        Assert.True(known.VerifyData("text"u8, signature, HashAlgorithmName.SHA256));
        Assert.False(known.VerifyData("other"u8, signature, HashAlgorithmName.SHA256));
        Assert.Throws<CryptographicException>(() => key.ExportParameters(true));
    }

    [Fact]
    public async Task A_data_key_is_decrypted_in_the_token()
    {
        SoftToken.Require();
        var dataKey = RandomNumberGenerator.GetBytes(32);
        var wrapped = SoftToken.Wrap(dataKey);
        using var token = Open();
        using (var key = await Release(token, wrapped)) Assert.True(key.Bytes.SequenceEqual(dataKey));
        Assert.Equal(KeyRefusal.Denied, (await Assert.ThrowsAsync<KeyReleaseException>(() => Release(token, new byte[256]))).Refusal);
        Assert.Equal(KeyRefusal.MalformedAnswer, (await Assert.ThrowsAsync<KeyReleaseException>(() => Release(token, SoftToken.Wrap(dataKey[..16])))).Refusal);
        Assert.Equal(KeyRefusal.UnknownKey, (await Assert.ThrowsAsync<KeyReleaseException>(() => Release(token, null))).Refusal);
    }

    [Fact]
    public void What_is_missing_or_wrong_is_named()
    {
        SoftToken.Require();
        Assert.Contains("there is no token 'none'", Assert.Throws<Pkcs11TokenException>(() => Pkcs11Token.Open(SoftToken.Library, "none", SoftToken.Pin)).Message, StringComparison.Ordinal);
        Assert.Contains("CKR_PIN_INCORRECT", Assert.Throws<Pkcs11TokenException>(() => Pkcs11Token.Open(SoftToken.Library, SoftToken.Label, "0000")).Message, StringComparison.Ordinal);
        Assert.Throws<Pkcs11TokenException>(() => Pkcs11Token.Open("/nowhere.so", SoftToken.Label, SoftToken.Pin));
        using var token = Open();
        Assert.Contains("0 keys called 'none'", Assert.Throws<Pkcs11TokenException>(() => token.Signer("none")).Message, StringComparison.Ordinal);
        Assert.Throws<Pkcs11TokenException>(() => token.Signer("wrapping"));
    }

    private static Pkcs11Token Open() => Pkcs11Token.Open(SoftToken.Library, SoftToken.Label, SoftToken.Pin);

    private static Task<DataKey> Release(Pkcs11Token token, byte[]? wrapped) =>
        new Pkcs11KeyRelease(token, "wrapping", OaepHash.Sha1, _ => wrapped).ReleaseAsync("weights", default);
}
